// Reads from Prometheus, analyses, and renders.
import type { About } from './analysis/analyse.ts'
import { analyse } from './analysis/analyse.ts'
import { type CollectOptions, collect } from './collect/collect.ts'
import type { Report } from './document.ts'
import type { ReportType, TableName } from './forms.ts'
import { csvReport } from './render/csv.ts'
import { htmlReport } from './render/html.ts'
import { markdownReport } from './render/markdown.ts'

/** Throws a KvminfoError: of the API, or REPORT_EMPTY. */
export async function makeReport(options: CollectOptions, about: About): Promise<Report> {
  const observed = await collect(options)
  options.progress('computing')
  return analyse(observed, about)
}

export function renderReport(report: Report, type: ReportType, table: TableName): string {
  switch (type) {
    case 'html':
      return htmlReport(report)
    case 'md':
      return markdownReport(report)
    case 'csv':
      return csvReport(report, table)
    case 'json':
      return `${JSON.stringify(report, undefined, 2)}\n`
  }
}
