// What the Prometheus API answers: https://prometheus.io/docs/prometheus/latest/querying/api/
import { KvminfoError } from '../../errors.ts'

export type Labels = Readonly<Record<string, string>>

export interface Series {
  readonly labels: Labels
  /** Time in seconds since the Unix epoch, and value. */
  readonly points: readonly (readonly [time: number, value: number])[]
}

export interface Result {
  readonly series: readonly Series[]
  /** Such as Thanos's that a store did not answer. */
  readonly warnings: readonly string[]
}

interface Document {
  readonly status?: unknown
  readonly error?: unknown
  readonly data?: { readonly resultType?: unknown; readonly result?: unknown } | undefined
  readonly warnings?: unknown
}

const parsed = (body: string): Document | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** The field `error` of an answer, or the beginning of a body that is no answer of the API. */
export function errorOf(body: string): string {
  const error = parsed(body)?.error
  const text = typeof error === 'string' ? error : body
  return text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
}

/** Throws PROMETHEUS_MALFORMED. */
export function readResult(body: string): Result {
  const document = parsed(body)
  const result = document?.data?.result
  if (document?.status !== 'success' || !Array.isArray(result)) {
    throw malformed(`it begins with "${body.slice(0, 80).replaceAll(/[\p{C}\s]+/gu, ' ')}"`)
  }
  const { warnings } = document
  return {
    series: result.map(readSeries),
    warnings: Array.isArray(warnings) ? warnings.map((text) => String(text).slice(0, 300)).slice(0, 20) : [],
  }
}

function readSeries(one: { metric?: unknown; values?: unknown; value?: unknown } | null): Series {
  const metric = one?.metric
  const pairs = one?.values ?? (one?.value === undefined ? undefined : [one.value])
  if (typeof metric !== 'object' || metric === null || !Array.isArray(pairs)) {
    throw malformed('a series has no labels or no values')
  }
  for (const pair of pairs) readPoint(pair)
  return { labels: metric as Labels, points: pairs as [number, number][] }
}

/** In place, because a report reads millions of them. */
function readPoint(pair: unknown): void {
  if (!Array.isArray(pair) || typeof pair[0] !== 'number' || typeof pair[1] !== 'string')
    throw malformed('a value is not a pair')
  pair[1] = Number(pair[1])
}

const malformed = (problem: string) =>
  new KvminfoError(
    'PROMETHEUS_MALFORMED',
    `the answer is not that of a Prometheus API: ${problem}; check that --prometheus is the address below which /api/v1/query is`,
  )
