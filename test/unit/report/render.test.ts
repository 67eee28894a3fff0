// Names of VMs may be anything; none of the forms takes them for markup, a column, or a formula.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { analyse } from '../../../src/report/analysis/analyse.ts'
import type { Observed, ObservedHost } from '../../../src/report/collect/observed.ts'
import { nothingKnown, nowhere } from '../../../src/report/collect/present.ts'
import { hostQuantities, vmQuantities } from '../../../src/report/collect/quantities.ts'
import { tableNames } from '../../../src/report/forms.ts'
import { renderReport } from '../../../src/report/make-report.ts'
import { writeReport } from '../../../src/report/write-report.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const hostile = '=HYPERLINK("x")|<script>alert(1)</script>\n# [a](b)'
const points = 48
const grid = { from: 0, to: points * 3600, step: 3600, points }
const filled = <Name extends string>(names: readonly Name[], value: number) =>
  Object.fromEntries(names.map((name) => [name, new Float32Array(points).fill(value)])) as Record<
    Name,
    Float32Array
  >

function observed(): Observed {
  const host: ObservedHost = {
    name: 'kvm1',
    labels: { instance: 'kvm1' },
    scrapes: new Float32Array(points).fill(60),
    couldList: new Float32Array(points).fill(1),
    series: filled(hostQuantities, 1),
    lastIndex: points - 1,
    now: nowhere,
  }
  const vm = {
    uuid: undefined,
    sharesUuid: false,
    stays: [{ host: 0, name: hostile, begin: 0, end: points }],
    series: filled(vmQuantities, 1),
    now: nothingKnown,
  }
  return { grid, hosts: [host], vms: [vm], runs: [], thresholds: new Map(), warnings: [], queries: 1 }
}

const report = analyse(observed(), { version: '1', generated: 0, prometheus: 'http://p', match: [] })

describe('a hostile name', () => {
  test('is text in HTML', () => {
    const page = renderReport(report, 'html', 'vms')
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script')
  })

  test('is text within its cell in Markdown', () => {
    const line = renderReport(report, 'md', 'vms')
      .split('\n')
      .find((one) => one.includes('HYPERLINK'))!
    expect(line).toContain('\\|\\<script\\>')
    expect(line).toContain('\\# \\[a\\](b)')
  })

  test('is no formula in CSV, and stays in its field', () => {
    const text = renderReport(report, 'csv', 'vms')
    expect(text).toContain('"\'=HYPERLINK(""x"")|')
  })

  test('is as it is in JSON', () => {
    expect(JSON.parse(renderReport(report, 'json', 'vms')).vms[0].name).toBe(hostile)
  })
})

test('every table that --table names is in the report', () => {
  for (const name of tableNames) expect(renderReport(report, 'csv', name)).toMatch(/^[\w(].*\r\n/)
})

test('without a forecast the report says how many days it lacks', () => {
  expect(renderReport(report, 'md', 'vms')).toContain('no forecast: 2 known days, 7 needed')
})

test('an operator’s own thresholds win', () => {
  const own = { ...observed(), thresholds: new Map([['host_cpu_high', 0.5]]) }
  const { limits } = analyse(own, { version: '1', generated: 0, prometheus: '', match: [] })
  expect(limits).toMatchObject({ hostCpuHigh: 0.5, hostMemoryLow: 0.1 })
})

describe('writeReport', () => {
  test('replaces a file as a whole', () => {
    const directory = scratchDirectory()
    const path = join(directory, 'r.html')
    writeReport(path, 'one')
    writeReport(path, 'two')
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(directory)).toEqual(['r.html'])
  })

  test('leaves nothing if it cannot write', () => {
    const directory = scratchDirectory()
    mkdirSync(join(directory, 'r.html'))
    expect(() => writeReport(join(directory, 'r.html'), 'x')).toThrow(
      expect.objectContaining({ code: 'REPORT_NOT_WRITTEN' }),
    )
    expect(readdirSync(directory)).toEqual(['r.html'])
    expect(existsSync(join(directory, 'none'))).toBe(false)
    expect(() => writeReport(join(directory, 'none/r.html'), 'x')).toThrow('choose another --output')
  })
})
