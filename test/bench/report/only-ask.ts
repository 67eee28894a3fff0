// Makes the requests of a query log of Prometheus again, four at a time as the report does, and drops the answers:
// `only-ask.ts URL LOG`.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'

interface LoggedQuery {
  readonly httpRequest: { readonly path: string }
  readonly params: {
    readonly query: string
    readonly start: string
    readonly end: string
    readonly step: number
  }
}

const [target, log] = process.argv.slice(2)
const queries = readFileSync(log!, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LoggedQuery)

async function ask({
  httpRequest: { path },
  params: { query, start, end, step },
}: LoggedQuery): Promise<void> {
  const times: Record<string, string> = step === 0 ? { time: end } : { start, end, step: String(step) }
  const body = new URLSearchParams({ query, ...times }).toString()
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
    while (next < queries.length) await ask(queries[next++]!)
  }),
)
