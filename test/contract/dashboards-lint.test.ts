// The rules of Grafana's dashboard-linter (docs/rules of github.com/grafana/dashboard-linter), by their names. There is
// no file of exceptions: if a rule does not suit us, the test says so and why.
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { describe, expect, test } from 'vitest'
import { dashboardFiles, targetsOf } from '../helpers/dashboard-files.ts'
import { selectors } from '../helpers/promql.ts'

const datasource = { type: 'prometheus', uid: '$' + '{datasource}' }
const files = dashboardFiles()
const all = files.map((file) => [file.name, file] as const)

/** Records without labels (alerts/settings.rules.yaml) hold one number for all jobs and instances. */
const withoutLabels = /^kvminfo:\w+:threshold$/

test('there are seven dashboards', () => {
  expect(files.map(({ name }) => name)).toEqual([
    ...['capacity', 'fleet', 'host', 'memory', 'remediation', 'scheduling', 'vm'],
  ])
})

describe.each(all)('%s', (_name, { dashboard, panels }) => {
  const variable = (name: string): VariableModel | undefined =>
    dashboard.templating.list?.find((each) => each.name === name)
  const queryVariables = (dashboard.templating.list ?? []).filter(({ type }) => type === 'query')
  const targets = panels.flatMap((panel) =>
    targetsOf(panel).map((target) => ({ panel: panel.title, ...target })),
  )
  const selected = targets.flatMap(({ panel, expr }) => selectors(expr).map((found) => ({ panel, ...found })))

  test('template-datasource-rule', () => {
    expect(variable('datasource')).toMatchObject({
      type: 'datasource',
      query: 'prometheus',
      label: 'Data source',
    })
  })

  test.each([
    ['template-job-rule', 'job', 'Job'],
    ['template-instance-rule', 'instance', 'Instance'],
  ])('%s', (_rule, name, label) => {
    expect(variable(name)).toMatchObject({ type: 'query', datasource, label, multi: true, allValue: '.+' })
  })

  test('template-label-promql-rule', () => {
    expect(queryVariables.map(({ name }) => name)).toEqual(['job', 'instance', 'vm'])
    for (const { query } of queryVariables) {
      expect(query).toMatch(/^label_values\(kvminfo_\w+(\{job=~"\$job"(,instance=~"\$instance")?\})?, \w+\)$/)
    }
  })

  test('template-on-time-change-reload-rule', () => {
    for (const { name, refresh } of queryVariables) expect({ name, refresh }).toEqual({ name, refresh: 2 })
  })

  test('panel-datasource-rule', () => {
    for (const { title, datasource: used } of panels)
      expect({ title, used }).toEqual({ title, used: datasource })
  })

  test('panel-title-description-rule', () => {
    for (const { title, description } of panels) {
      expect(title, 'title').toBeTruthy()
      expect(description, `description of ${title}`).toMatch(/\.$/)
    }
    expect(new Set(panels.map(({ title }) => title)).size, 'titles differ').toBe(panels.length)
  })

  // A rule of this project, because VMs with the same name may run on several hosts.
  test('every legend or table that names a VM also names its host', () => {
    for (const { title, targets: queries, transformations } of panels) {
      const legends = (queries ?? []).map((query) => (query as { legendFormat?: string }).legendFormat ?? '')
      for (const legend of legends.filter((each) => each.includes('{{vm}}')))
        expect(legend, title).toContain('{{vm}} on {{instance}}')
      const { renameByName = {} } = (transformations?.find(({ id }) => id === 'organize')?.options ?? {}) as {
        renameByName?: Readonly<Record<string, string>>
      }
      if ('vm' in renameByName) expect(renameByName, title).toHaveProperty('instance')
    }
  })

  test('panel-units-rule', () => {
    const known = Object.values(units) as string[]
    for (const { title, fieldConfig } of panels) {
      expect(known, `unit of ${title}`).toContain(fieldConfig?.defaults.unit)
      for (const { properties } of fieldConfig?.overrides ?? []) {
        for (const { id, value } of properties) if (id === 'unit') expect(known, title).toContain(value)
      }
    }
  })

  test('panel-no-targets-rule', () => {
    for (const panel of panels) expect(targetsOf(panel).length, panel.title).toBeGreaterThan(0)
  })

  test('target-logql-rule and target-logql-auto-rule: no query is LogQL', () => {
    for (const target of targets) expect(target.datasource, target.panel).toEqual(datasource)
  })

  // target-promql-rule: dashboards-promql.test.ts

  // Except rates over the whole time range at the end of the graph: they choose the VMs of a graph (queries/extremes.ts).
  test('target-rate-interval-rule', () => {
    const rates = selected.filter(({ directlyIn }) => /^(i?rate|increase|changes)$/.test(directlyIn ?? ''))
    for (const { panel, range, atEnd } of rates)
      expect(range, panel).toBe(atEnd === undefined ? '$__rate_interval' : '$__range')
  })

  test.each([
    ['target-job-rule', 'job=~"$job"'],
    ['target-instance-rule', 'instance=~"$instance"'],
  ])('%s', (_rule, matcher) => {
    expect(selected.length).toBeGreaterThan(0)
    for (const { panel, metric, matchers } of selected) {
      if (withoutLabels.test(metric)) expect(matchers, panel).toBe('')
      else expect(matchers.split(','), `${panel}: ${metric}`).toContain(matcher)
    }
  })

  test('target-counter-agg-rule', () => {
    for (const { panel, metric, directlyIn } of selected) {
      if (metric.endsWith('_total')) expect(directlyIn, `${panel}: ${metric}`).toMatch(/^(i?rate|increase)$/)
    }
  })

  test('uneditable-dashboard', () => {
    expect(dashboard.editable).toBe(false)
  })
})
