// What a fleet asks of the dashboards: many VMs, long names, and hosts without any VM.
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { highest, lowest, meanOverRange } from '../../dashboards/queries/extremes.ts'
import { ofVm } from '../../dashboards/queries/selector.ts'
import { dashboardFiles, targetsOf } from '../helpers/dashboard-files.ts'
import { valuesOf } from '../helpers/query-values.ts'

const all = dashboardFiles().map((file) => [file.name, file.panels] as const)

describe.each(all)('a table of several queries on the dashboard %s', (_name, panels) => {
  const tables = panels.filter((panel) => panel.type === 'table' && targetsOf(panel).length > 1)

  // For queries without an answer, Grafana's data source makes columns of time and value but not of labels. Only a
  // table without columns shows noValue. groupBy drops a table that has none of the labels.
  test('has no columns if no query has an answer', () => {
    for (const panel of tables) {
      const steps = panel.transformations ?? []
      expect(
        steps.map(({ id }) => id),
        panel.title,
      ).toEqual(['merge', 'groupBy', 'organize'])
      const fields = Object.entries(steps[1]!.options.fields as Record<string, { operation: string }>)
      const named = (operation: string): string[] =>
        fields.filter(([, field]) => field.operation === operation).map(([name]) => name)
      const [target] = targetsOf(panel)
      const labels = /^max by \(([^)]+)\)/.exec(target!.expr)?.[1]?.split(', ')
      expect(named('groupby'), panel.title).toEqual(labels)
      const values = targetsOf(panel).map(({ refId }) => `Value #${refId}`)
      expect(named('aggregate'), panel.title).toEqual(values)
      const shown = Object.keys(steps[2]!.options.renameByName).filter((name) => name.startsWith('Value'))
      expect(shown, panel.title).toEqual(values.map((value) => `${value} (lastNotNull)`))
    }
  })

  test('says why it is empty in more than a dash', () => {
    for (const { title, fieldConfig } of tables) expect(fieldConfig?.defaults.noValue, title).toMatch(/\w{4}/)
  })
})

/** What is between the parentheses of each call of a function. */
function argumentsOf(call: RegExp, expr: string): string[] {
  return [...expr.matchAll(call)].map(({ index, 0: text }) => {
    const start = index + text.length
    let depth = 1
    let end = start
    for (; depth > 0; end++) depth += { '(': 1, ')': -1 }[expr[end]!] ?? 0
    return expr.slice(start, end - 1)
  })
}

describe('a graph of the highest or lowest VMs', () => {
  const queries = all.flatMap(([name, panels]) =>
    panels.flatMap((panel) =>
      targetsOf(panel)
        .filter(({ expr, instant }) => !instant && /\b(topk|bottomk)\b/.test(expr))
        .map(({ expr }) => [`${name}: ${panel.title}`, expr] as const),
    ),
  )

  test('is on several dashboards', () => expect(queries.length).toBeGreaterThan(8))

  test.each(queries)('%s chooses the same VMs at every point', (_, expr) => {
    for (const ranking of argumentsOf(/\b(?:topk|bottomk) ?(?:by \([^)]*\) ?)?\(/g, expr)) {
      const selectors = ranking.match(/\w\{[^}]*\}/g) ?? []
      const fixed = ranking.match(/\w\{[^}]*\}\[\$__range\] @ end\(\)/g) ?? []
      expect(selectors.length).toBeGreaterThan(0)
      expect(fixed.length, ranking).toBe(selectors.length)
    }
  })

  const series = 'vm:kvminfo_cpu_seconds:rate5m'
  const labels = (vm: number): string => `instance="kvm1", job="kvm", vm="${String(vm).padStart(2, '0')}"`
  // VM 0 has the lowest mean and the highest value at the end, VM 11 the other way round.
  const values = Object.fromEntries(
    Array.from({ length: 12 }, (_, vm) => [
      `${series}{${labels(vm)}}`,
      `${vm + 1}x59 ${vm === 0 ? 100 : vm === 11 ? 0 : vm + 1}`,
    ]),
  )
  const cpu = ofVm(series)
  const atEnd = (vms: readonly number[]): Record<string, number> =>
    Object.fromEntries(vms.map((vm) => [`${series}{${labels(vm)}}`, vm === 0 ? 100 : vm === 11 ? 0 : vm + 1]))

  test('shows the ten VMs with the highest mean over the time range', () => {
    const expected = atEnd([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(valuesOf(highest(cpu, meanOverRange(cpu)), values, expected)).toBe('agrees')
  })

  test('shows the ten VMs with the lowest mean over the time range', () => {
    const expected = atEnd([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(valuesOf(lowest(cpu, meanOverRange(cpu)), values, expected)).toBe('agrees')
  })
})

/** A legend as Grafana shows it: labels filled in, then every renaming of the panel. */
function shown({ transformations = [] }: Panel, legend: string, labels: Record<string, string>): string {
  const full = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? 'some_reason')
  return transformations
    .filter(({ id }) => id === 'renameByRegex')
    .reduce((name, { options }) => name.replace(new RegExp(options.regex), options.renamePattern), full)
}

const legendsOf = (panel: Panel): string[] =>
  (panel.targets ?? []).flatMap((target) => (target as { legendFormat?: string }).legendFormat ?? [])

describe.each(all)('the names on the dashboard %s', (_name, panels) => {
  const named = panels.flatMap((panel) =>
    legendsOf(panel)
      .filter((legend) => legend.includes('{{instance}}'))
      .map((legend) => ({ panel, legend })),
  )
  const host = 'kvm-compute-03.fra1.cloud.example.net:9756'
  const vm = 'prod-customer-portal-frontend-deployment-6f7d9c5b8-x2x7k'

  test.each([
    ['of OpenStack and Kubernetes', vm],
    ['of 255 characters', 'n'.repeat(255)],
    ['with spaces', 'a name '.repeat(36)],
  ])('%s leave room for the values', (_, name) => {
    for (const { panel, legend } of named) {
      const length = shown(panel, legend, { vm: name, instance: host }).length
      // 6.2 pixels a character; two values of 90 pixels; the grid of a screen of 1366 pixels.
      const room = (panel.gridPos!.w * 56 - (panel.type === 'timeseries' ? 180 : 60)) / 6.2
      expect(length, `${panel.title}: ${legend}`).toBeLessThanOrEqual(room)
    }
  })

  test('are shown in full if they are short', () => {
    const labels = { vm: 'web-1', instance: 'kvm1', vcpu: '0' }
    for (const { panel, legend } of named) {
      const full = legend.replaceAll(
        /\{\{(\w+)\}\}/g,
        (_, label: keyof typeof labels) => labels[label] ?? 'some_reason',
      )
      expect(shown(panel, legend, labels), panel.title).toBe(full)
    }
  })

  test('differ if the VMs differ at the end or the hosts at the end of their host name', () => {
    for (const { panel, legend } of named) {
      const legends = [
        { vm, instance: host },
        { vm: vm.replace('x2x7k', 'x2x7m'), instance: host },
        { vm, instance: host.replace('-03', '-04') },
      ].map((labels) => shown(panel, legend, labels))
      expect(new Set(legends).size, panel.title).toBe(legend.includes('{{vm}}') ? 3 : 2)
    }
  })
})
