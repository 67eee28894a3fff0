// Asks a Prometheus API. Thanos, Mimir and VictoriaMetrics have the same.
import { setTimeout as sleep } from 'node:timers/promises'
import { KvminfoError } from '../../errors.ts'
import { errorOf, type Result, readResult } from './answer.ts'
import { type Access, type Answer, post, TooMuch } from './post.ts'

export interface ApiOptions {
  /** Everything before `/api/v1`. */
  readonly base: URL
  readonly access: Access
  readonly timeoutMs: number
  /** For tests; the time before the second attempt. It doubles with each further one. */
  readonly firstWaitMs?: number
}

/** A question that the server could not answer because it was too large. The same about less time may succeed. */
export class TooLarge extends Error {}

const attempts = 5
/** Some 2.5 million points. */
const maxBytes = 64 * 1024 ** 2
const longestWaitMs = 30_000

export class PrometheusApi {
  readonly #options: ApiOptions
  #queries = 0

  constructor(options: ApiOptions) {
    this.#options = options
  }

  /** Attempts so far. */
  get queries(): number {
    return this.#queries
  }

  /** The values at one time. Times are in seconds. Throws TooLarge or a KvminfoError that names the query. */
  instant(query: string, time: number): Promise<Result> {
    return this.#ask('query', { query, time: String(time) })
  }

  /** The values from `start` to `end`, both included, every `step` seconds. */
  range(query: string, start: number, end: number, step: number): Promise<Result> {
    return this.#ask('query_range', { query, start: String(start), end: String(end), step: String(step) })
  }

  async #ask(path: string, form: Readonly<Record<string, string>>): Promise<Result> {
    const { base, firstWaitMs = 500 } = this.#options
    const url = new URL(`${base.pathname.replace(/\/+$/, '')}/api/v1/${path}`, base)
    const about = `query ${form.query} to ${url.origin}${url.pathname}`
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#try(url, form)
      if (!(answer instanceof Error) && answer.status === 200) return named(about, answer.body)
      const failure = failureOf(answer, about, this.#options.timeoutMs)
      if (!failure.mayPass || attempt === attempts) throw failure.error
      const wait = answer instanceof Error ? undefined : answer.retryAfter
      await sleep(
        Math.min(wait === undefined ? firstWaitMs * 2 ** (attempt - 1) : wait * 1000, longestWaitMs),
      )
    }
  }

  async #try(url: URL, form: Readonly<Record<string, string>>): Promise<Answer | Error> {
    this.#queries += 1
    const { access, timeoutMs } = this.#options
    try {
      return await post(url, { ...form, timeout: `${timeoutMs}ms` }, access, { timeoutMs, maxBytes })
    } catch (error) {
      return error as Error
    }
  }
}

function named(about: string, body: string): Result {
  try {
    return readResult(body)
  } catch (error) {
    if (!(error instanceof KvminfoError)) throw error
    throw new KvminfoError(error.code, `${about}: ${error.message}`)
  }
}

/** What the answer means, and whether the same question may succeed a little later. */
function failureOf(
  answer: Answer | Error,
  about: string,
  timeoutMs: number,
): { error: Error; mayPass: boolean } {
  if (answer instanceof TooMuch) return { error: new TooLarge(`${about}: ${answer.message}`), mayPass: false }
  if (answer instanceof Error) {
    const { code } = answer as NodeJS.ErrnoException
    return { error: unreachable(about, answer), mayPass: code === 'ECONNRESET' || code === 'EPIPE' }
  }
  const { status, body } = answer
  const said = errorOf(body)
  // Prometheus answers 422 if a query needs too many samples, and 503 if it took longer than it may.
  const isTooLarge =
    (status === 422 && /too many samples|exceeds|limit/i.test(said)) ||
    (status === 503 && /timed out|timeout/i.test(said))
  if (isTooLarge) return { error: new TooLarge(`${about}: ${said}`), mayPass: false }
  const text = `${about}: HTTP ${status}, ${said || 'without a text'}; ${adviceFor(status, timeoutMs)}`
  const error = new KvminfoError('PROMETHEUS_REFUSED', text)
  return { error, mayPass: status === 429 || status >= 500 }
}

function adviceFor(status: number, timeoutMs: number): string {
  if (status === 401 || status === 403) {
    return 'give credentials by --http.basic-auth-file or --http.bearer-token-file, and a tenant by --http.header'
  }
  if (status === 404) return 'check that --prometheus is the address below which /api/v1/query is'
  if (status >= 300 && status < 400)
    return 'redirects are not followed; give the final address to --prometheus'
  if (status === 429) return 'the server limits requests; try again later'
  if (status >= 500) return `the server failed ${attempts} times; see its log, or try again later`
  return `see the text of the server; --match and --timeout (${timeoutMs / 1000}s now) may help`
}

function unreachable(about: string, error: Error): KvminfoError {
  const { code } = error as NodeJS.ErrnoException
  // What OpenSSL says has several lines, of which this is the one for people.
  const { reason } = error as { readonly reason?: string }
  const text = reason || error.message || (code ?? 'no connection')
  return new KvminfoError('PROMETHEUS_UNREACHABLE', `${about}: ${text}; ${connectionAdvice(code)}`)
}

function connectionAdvice(code = ''): string {
  if (/ALERT/.test(code))
    return 'the server refuses the client certificate, or wants one: give it by --tls.cert-file and --tls.key-file'
  if (/WRONG_VERSION_NUMBER/.test(code))
    return 'the server speaks no TLS; give an address that begins with http:'
  return /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code)
    ? 'give the CA of the server by --tls.ca-file'
    : 'check the address, that the server runs, and firewalls'
}
