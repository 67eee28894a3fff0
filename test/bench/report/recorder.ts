// A proxy before Prometheus that keeps the requests, in the order in which they came.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface RecordedRequest {
  readonly path: string
  readonly body: string
}

export async function startRecorder(target: string) {
  const requests: RecordedRequest[] = []
  const server = createServer(async (asked, response) => {
    const path = asked.url!
    const body = await text(asked)
    requests.push({ path, body })
    const { host: _, ...headers } = asked.headers
    request(new URL(path, target), { method: asked.method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
