// The two text formats of Prometheus. They differ only in the lines before a family and at the end.
import type { Metric } from '../metrics/metric.ts'

export interface Format {
  readonly contentType: string
  /** The lines before a family's samples. */
  header(metric: Metric): string
  readonly trailer: string
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const prometheusText: Format = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  header({ name, type, help }) {
    // This format has no type info, so an info is a gauge.
    return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'counter' ? 'counter' : 'gauge'}\n`
  },
  trailer: '',
}

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md, version 1.0.0 */
export const openMetrics: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  header({ name, type, unit, help }) {
    const family = familyName(name, type)
    const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`
    return `# TYPE ${family} ${type}\n${unitLine}# HELP ${family} ${escapeHelp(help).replaceAll('"', '\\"')}\n`
  },
  trailer: '# EOF\n',
}

/** The samples of a counter or an info have a suffix that the name of the family does not have. */
function familyName(name: string, type: Metric['type']): string {
  if (type === 'counter') return name.replace(/_total$/, '')
  if (type === 'info') return name.replace(/_info$/, '')
  return name
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
