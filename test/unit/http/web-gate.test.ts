import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../../src/http/app.ts'
import { WebConfigFile } from '../../../src/http/web-config-file.ts'
import { webGate } from '../../../src/http/web-gate.ts'
import { ask } from '../../helpers/http-request.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

test('a request whose client left while its password was checked goes no further', async () => {
  const path = join(scratchDirectory(), 'web.yml')
  writeFileSync(path, `basic_auth_users: {alice: ${hashSync('secret', 8)}}`)
  const { log } = recordedLog()
  const passed: string[] = []
  const gate = webGate(new WebConfigFile(path, log))
  const app = createApp(
    [
      gate,
      (request, response) => {
        passed.push(request.path)
        response.end()
      },
    ],
    log,
  )
  const server = createServer(app)
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const gone = get(`${url}/gone`, { auth: 'alice:secret' })
  gone.on('error', () => undefined)
  const [, response] = await once(server, 'request')
  const closed = once(response, 'close')
  gone.destroy()
  // The check runs on, and the next request with the same password shares it.
  const next = ask(`${url}/next`, { auth: 'alice:secret' })
  await closed
  expect((await next).status).toBe(200)
  expect(passed).toEqual(['/next'])
})
