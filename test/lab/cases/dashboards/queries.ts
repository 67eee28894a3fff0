// Sends every query of every panel to a Prometheus, like Grafana.

import { setTimeout } from 'node:timers/promises'
import { dashboardFiles, fillIn, targetsOf } from '../../../helpers/dashboard-files.ts'

interface Found {
  /** The error that Prometheus reports. */
  readonly error: string | undefined
  /** The labels of each series in the answer. */
  readonly series: readonly Readonly<Record<string, string>>[]
}

export interface Result extends Found {
  /** Dashboard, panel and query, such as `vm: Disks A`. */
  readonly where: string
  readonly expr: string
}

/** The values of the dashboard's variables and its time range. */
export interface Choice {
  readonly job: string
  readonly instance: string
  readonly vm: string
  /** The time range shown, and the interval of rates, which depends on the scrape interval. */
  readonly rangeSeconds: number
  readonly rateIntervalSeconds: number
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly result: readonly { readonly metric: Record<string, string> }[] }
}

/** Points of a graph. Grafana asks for about one per pixel of the panel. */
const points = 30

/** How long all queries together may be asked again. */
const patienceMs = 60_000
const retryMs = 1000

/**
 * Asks a query again while it is not complete. A scrape that is too slow on a busy machine leaves no data until the next
 * one, so an incomplete answer may only have come at such a moment.
 */
export async function runAllQueries(
  prometheusUrl: string,
  choice: Choice,
  isComplete: (result: Result) => boolean,
): Promise<Result[]> {
  const values = {
    job: choice.job,
    instance: choice.instance,
    vm: choice.vm,
    __rate_interval: `${choice.rateIntervalSeconds}s`,
    __range: `${choice.rangeSeconds}s`,
  }
  const results: Result[] = []
  let patienceLeftMs = patienceMs
  for (const { name, panels } of dashboardFiles()) {
    for (const panel of panels) {
      for (const { refId, expr, instant = false } of targetsOf(panel)) {
        const query = fillIn(expr, values)
        const where = `${name}: ${panel.title} ${refId}`
        const run = async (): Promise<Result> => ({
          where,
          expr: query,
          ...(await ask(prometheusUrl, query, instant ? undefined : choice.rangeSeconds)),
        })
        let result = await run()
        for (; !isComplete(result) && patienceLeftMs > 0; patienceLeftMs -= retryMs) {
          await setTimeout(retryMs)
          result = await run()
        }
        results.push(result)
      }
    }
  }
  return results
}

/** Sends a graph's query over the range until now, or an instant query if there is no range. */
export async function ask(url: string, query: string, rangeSeconds?: number): Promise<Found> {
  const end = Date.now() / 1000
  const form = new URLSearchParams({ query })
  if (rangeSeconds === undefined) form.set('time', String(end))
  else {
    form.set('start', String(end - rangeSeconds))
    form.set('end', String(end))
    form.set('step', String(rangeSeconds / points))
  }
  const path = rangeSeconds === undefined ? 'query' : 'query_range'
  // Uses POST like Grafana, because some queries are too long for a URL.
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: form })
  const { status, error, data } = (await response.json()) as Answer
  return {
    error: status === 'success' ? undefined : error,
    series: (data?.result ?? []).map(({ metric }) => metric),
  }
}
