// One HTTP request to the Prometheus API, with a deadline and a bounded answer. Redirects are not followed, because they
// would take credentials to another server.
import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'

// Import statements of these would load their WebSocket client (src/http/node-http.ts).
const { request } = process.getBuiltinModule('node:http')
const { request: requestTls } = process.getBuiltinModule('node:https')

export interface Access {
  /** Such as `Authorization` or `X-Scope-OrgID`. */
  readonly headers: Readonly<Record<string, string>>
  /** PEM; undefined for the system's own. */
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface Answer {
  readonly status: number
  /** Seconds of the header Retry-After; undefined if there is none. */
  readonly retryAfter: number | undefined
  readonly body: string
}

/** The answer is larger than it may be, or took longer. A smaller question may succeed. */
export class TooMuch extends Error {}

/** POSTs a form. Throws TooMuch, or the error of the connection. */
export function post(
  url: URL,
  form: Readonly<Record<string, string>>,
  access: Access,
  bounds: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<Answer> {
  const body = new URLSearchParams(form).toString()
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { ca, cert, key } = access
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  const send = url.protocol === 'https:' ? requestTls : request
  const asked = send(
    url,
    {
      method: 'POST',
      headers: {
        ...access.headers,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        'accept-encoding': 'gzip',
      },
      signal: AbortSignal.timeout(bounds.timeoutMs),
      ...tls,
    },
    (response) => {
      readBody(response, bounds.maxBytes).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: secondsOf(response.headers['retry-after']),
            body: text,
          }),
        (error) => reject(inTime(error, bounds.timeoutMs)),
      )
    },
  )
  asked.on('error', (error) => reject(inTime(error, bounds.timeoutMs)))
  asked.end(body)
  return promise
}

function inTime(error: Error, timeoutMs: number): Error {
  const isTimeout = error.name === 'TimeoutError' || error.name === 'AbortError'
  return isTimeout ? new TooMuch(`no complete answer within ${timeoutMs / 1000} s`) : error
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}

/** Counts the bytes after they are unpacked, because a small answer can unpack to a large one. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const isPacked = response.headers['content-encoding'] === 'gzip'
  const stream = isPacked ? response.pipe(createGunzip()) : response
  if (isPacked) response.on('error', (error) => stream.destroy(error))
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBytes) {
      response.destroy()
      throw new TooMuch(`the answer is larger than ${maxBytes / 1024 ** 2} MiB`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
