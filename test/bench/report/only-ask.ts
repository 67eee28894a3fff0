// Makes recorded requests, four at a time as the report does, and drops the answers: `only-ask.ts URL FILE`.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import type { RecordedRequest } from './recorder.ts'

const [target, file] = process.argv.slice(2)
const requests = JSON.parse(readFileSync(file!, 'utf8')) as RecordedRequest[]

async function ask({ path, body }: RecordedRequest): Promise<void> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'accept-encoding': 'gzip',
  }
  const asked = request(new URL(path, target), { method: 'POST', headers })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`${path} ${body}: HTTP ${answer.statusCode}`)
  answer.resume()
  await once(answer, 'end')
}

let next = 0
await Promise.all(
  Array.from({ length: 4 }, async () => {
    while (next < requests.length) await ask(requests[next++]!)
  }),
)
