// The committed dashboards match the sources, fit Grafana's grid, and link only to dashboards that exist.
import { describe, expect, test } from 'vitest'
import { dashboards, render } from '../../dashboards/list.ts'
import { dashboardFiles, targetsOf } from '../helpers/dashboard-files.ts'

const files = dashboardFiles()

test('out/ holds what npm run dashboards:build writes', () => {
  const built = Object.entries(dashboards).map(([name, build]) => [name, render(build())])
  expect(files.map(({ name, text }) => [name, text])).toEqual(built.sort())
})

describe.each(files.map((file) => [file.name, file] as const))('%s', (_name, { dashboard, panels, text }) => {
  test('no panel overlaps another and every line is full', () => {
    const cells = new Map<string, string>()
    for (const { title = '', gridPos } of dashboard.panels ?? []) {
      const { x, y, w, h } = gridPos!
      expect(x + w, title).toBeLessThanOrEqual(24)
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          expect(cells.get(`${column},${row}`), `${title} overlaps it`).toBeUndefined()
          cells.set(`${column},${row}`, title)
        }
      }
    }
    const bottom = Math.max(...(dashboard.panels ?? []).map(({ gridPos }) => gridPos!.y + gridPos!.h))
    expect(cells.size).toBe(24 * bottom)
  })

  test('panels have different ids, and so do the queries of a panel', () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const panel of panels) {
      const refIds = targetsOf(panel).map(({ refId }) => refId)
      expect(new Set(refIds).size, panel.title).toBe(refIds.length)
    }
  })

  test('every panel says what a missing value means and has thresholds', () => {
    for (const { title, fieldConfig, options } of panels) {
      expect(fieldConfig?.defaults.noValue, title).toBeTruthy()
      expect(fieldConfig?.defaults.thresholds?.steps.length, title).toBeGreaterThan(0)
      expect(options, title).toBeDefined()
    }
  })

  test('every override names a column or series of its panel', () => {
    for (const panel of panels) {
      const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {}
      const legends = (panel.targets ?? []).map(
        (target) => (target as { legendFormat?: string }).legendFormat,
      )
      const names = [...Object.values(renamed), ...legends]
      const byLabel = legends.some((legend) => /^\{\{\w+\}\}$/.test(legend ?? ''))
      for (const { matcher } of panel.fieldConfig?.overrides ?? []) {
        if (matcher.id === 'byName' && !byLabel) expect(names, panel.title).toContain(matcher.options)
      }
    }
  })

  test('tables show labels unchanged, including those that look like numbers, and leave missing labels empty', () => {
    for (const { title, fieldConfig } of panels.filter(({ type }) => type === 'table')) {
      expect(fieldConfig?.defaults.unit, title).toBe('string')
      expect(fieldConfig?.overrides, title).toContainEqual({
        matcher: { id: 'byType', options: 'string' },
        properties: [{ id: 'noValue', value: '' }],
      })
    }
  })

  test('the text for a missing value has a neutral colour and not that of the lowest value', () => {
    const neutral = { text: expect.any(String), color: 'text', index: expect.any(Number) }
    const mapping = { type: 'special', options: { match: 'null+nan', result: neutral } }
    for (const { title, type, fieldConfig } of panels) {
      if (type === 'stat') expect(fieldConfig?.defaults.mappings, title).toContainEqual(mapping)
      for (const { properties } of fieldConfig?.overrides ?? []) {
        const isColored = properties.some(({ id }) => id === 'custom.cellOptions')
        const mappings = properties.find(({ id }) => id === 'mappings')?.value
        if (isColored) expect(mappings, title).toContainEqual(mapping)
      }
    }
  })

  test('the line of a threshold appears only together with what it judges and has no link', () => {
    for (const panel of panels) {
      const queries = targetsOf(panel)
      const others = queries.filter(({ expr }) => !expr.startsWith('kvminfo:'))
      for (const { expr } of queries.filter((query) => !others.includes(query))) {
        const judged = others.map((other) => `(${other.expr})`).join(' or ')
        expect(expr, panel.title).toMatch(/^kvminfo:\w+:threshold and on \(\) /)
        expect(expr.endsWith(` and on () (${judged})`), panel.title).toBe(true)
      }
      for (const { properties } of panel.fieldConfig?.overrides ?? []) {
        if (properties.some(({ id }) => id === 'custom.lineStyle'))
          expect(properties, panel.title).toContainEqual({ id: 'links', value: null })
      }
    }
  })

  test('links lead to dashboards of this project and set only variables that these have', () => {
    const uids = files.map((file) => file.dashboard.uid)
    for (const [, uid, query] of text.matchAll(/"\/d\/([\w-]+)\?([^"]*)"/g)) {
      expect(uids).toContain(uid)
      const variables = [...query!.matchAll(/var-(\w+)=/g)].map(([, name]) => name)
      expect(['instance', 'instance,vm']).toContain(variables.join())
    }
  })

  test('the rows of every table are merged by the same labels', () => {
    for (const { title, targets, transformations } of panels.filter(({ type }) => type === 'table')) {
      const { renameByName = {}, excludeByName = {} } = transformations!.find(({ id }) => id === 'organize')!
        .options as Record<string, Record<string, unknown>>
      const labels = Object.keys(renameByName).filter((name) => !name.startsWith('Value'))
      expect(excludeByName, title).toMatchObject({ Time: true, job: true })
      for (const target of (targets ?? []) as { expr?: string }[]) {
        expect(target, title).toMatchObject({ format: 'table', instant: true })
        expect(target.expr, title).toMatch(`max by (${['job', ...labels].join(', ')}) (`)
      }
    }
  })
})
