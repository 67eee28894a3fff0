// What the commands say when `kvminfo remediate` refuses, is not there, or does not answer.
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { askRemediate } from '../../../../src/remediate/show/local-client.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

async function listening(answer: RequestListener): Promise<string> {
  const path = join(scratchDirectory(), 'remediate.sock')
  const server = createServer(answer)
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => void server.listen(path, resolve))
  onTestFinished(() => server.closeAllConnections())
  return path
}

test('an answer is parsed, and a body is sent as JSON', async () => {
  const path = await listening((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => response.end(JSON.stringify({ got: body })))
  })
  expect(await askRemediate(path, 'POST', '/x', { a: 1 })).toEqual({ got: '{"a":1}' })
})

test('a refusal is given in the words of the server', async () => {
  const path = await listening((_request, response) => response.writeHead(409).end('the plan has changed\n'))
  await expect(askRemediate(path, 'GET', '/x')).rejects.toMatchObject({
    code: 'REMEDIATE_REFUSED',
    message: 'the plan has changed',
  })
})

test('a late answer may still mean that it is done', async () => {
  const path = await listening(() => {})
  await expect(askRemediate(path, 'POST', '/x', {}, 50)).rejects.toMatchObject({
    code: 'REMEDIATE_UNREACHABLE',
    message: expect.stringMatching(/^kvminfo remediate has not answered within 0.05 s, and may still do/),
  })
})

test('what does not run is named with the command that starts it', async () => {
  const path = join(scratchDirectory(), 'nothing.sock')
  await expect(askRemediate(path, 'GET', '/x')).rejects.toMatchObject({
    code: 'REMEDIATE_UNREACHABLE',
    message: `cannot reach kvminfo remediate at ${path}; is it running (ENOENT)? Start it with: systemctl start kvminfo-remediate`,
  })
})
