// Sends every query of every panel to a Prometheus, the way Grafana does.

import { dashboardFiles, fillIn, targetsOf } from '../../../helpers/dashboard-files.ts'

interface Found {
  /** The error that Prometheus answered. */
  readonly error: string | undefined
  /** The labels of each series in the answer. */
  readonly series: readonly Readonly<Record<string, string>>[]
}

export interface Result extends Found {
  /** Dashboard, panel and query, such as `vm: Disks A`. */
  readonly where: string
  readonly expr: string
}

/** What the user of a dashboard has selected. */
export interface Choice {
  readonly job: string
  readonly instance: string
  readonly vm: string
  /** The time range of the dashboard, and Grafana's $__rate_interval. */
  readonly rangeSeconds: number
  readonly rateIntervalSeconds: number
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly result: readonly { readonly metric: Record<string, string> }[] }
}

/** Points of a graph; Grafana asks for one per pixel of the panel's width. */
const points = 30

export async function runAllQueries(prometheusUrl: string, choice: Choice): Promise<Result[]> {
  const values = {
    job: choice.job,
    instance: choice.instance,
    vm: choice.vm,
    __rate_interval: `${choice.rateIntervalSeconds}s`,
    __range: `${choice.rangeSeconds}s`,
  }
  const results: Result[] = []
  for (const { name, panels } of dashboardFiles()) {
    for (const panel of panels) {
      for (const { refId, expr, instant = false } of targetsOf(panel)) {
        const query = fillIn(expr, values)
        const found = await ask(prometheusUrl, query, instant ? undefined : choice.rangeSeconds)
        results.push({ where: `${name}: ${panel.title} ${refId}`, expr: query, ...found })
      }
    }
  }
  return results
}

/** A range query that ends now, as for a graph, or without `rangeSeconds` an instant query. */
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
  // By POST, as Grafana does, because some queries are too long for a URL.
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: form })
  const { status, error, data } = (await response.json()) as Answer
  return {
    error: status === 'success' ? undefined : error,
    series: (data?.result ?? []).map(({ metric }) => metric),
  }
}
