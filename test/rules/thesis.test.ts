// On the thesis's own counts the rules give the thesis's verdicts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { check } from './checkers.ts'
import { ruleFiles } from './rule-files.ts'
import { type ThesisRow, type ThesisTable, table3_17, table7_4 } from './thesis-tables.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-thesis-'))
afterAll(() => rmSync(directory, { recursive: true }))

const target = 'instance="thesis:9756",job="kvminfo"'

/** Counters that rise evenly to the table's counts over the time of the measurement. */
function inputSeries({ minutes, rows }: ThesisTable): { series: string; values: string }[] {
  const rising = (metric: string, row: ThesisRow, count: number) => ({
    series: `${metric}{${target},vm="${row.vm}"}`,
    values: `0+${count / minutes}x${minutes}`,
  })
  return rows.flatMap((row) => [
    rising('kvminfo_vm_io_exits_total', row, row.ioNum),
    rising('kvminfo_vm_kernel_switches_total', row, row.kvmVmSwitchNum),
    rising('kvminfo_vm_userspace_switches_total', row, row.kvmQemuSwitchNum),
  ])
}

interface Expected {
  readonly expr: string
  readonly samples: readonly { readonly labels: string; readonly value: number }[]
}

/** Evaluates at the end of the measurement. */
async function evaluate(table: ThesisTable, expected: readonly Expected[]): Promise<string> {
  const file = join(directory, `${table.minutes}.test.yaml`)
  const unitTest = {
    rule_files: ruleFiles,
    // 24 hours are many evaluations, so the interval is as long as possible. A class is carried from one evaluation to
    // the next, so it must be below the 5 minutes for which Prometheus considers a sample current.
    evaluation_interval: '4m',
    group_eval_order: ['kvminfo.thresholds', 'kvminfo.vm.5m', 'kvminfo.alerts.vm'],
    tests: [
      {
        interval: '1m',
        input_series: inputSeries(table),
        promql_expr_test: expected.map(({ expr, samples }) => ({
          expr,
          eval_time: `${table.minutes}m`,
          exp_samples: samples,
        })),
      },
    ],
  }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(unitTest))
  const { ok, output } = await check('promtool', 'test', 'rules', file)
  return ok ? 'agrees' : output
}

/** Truncates the decimal text, because 0.5609 * 10000 is 5608.99…. */
const cut = (share: number) => Number(share.toFixed(9).slice(0, '0.1234'.length))

function shares(table: ThesisTable): Expected[] {
  const perVm = (metric: string, share: (row: ThesisRow) => number) => ({
    expr: `floor(${metric} * 10000) / 10000`,
    samples: table.rows.map((row) => ({ labels: `{${target},vm="${row.vm}"}`, value: cut(share(row)) })),
  })
  return ['5m', '1h'].flatMap((window) => [
    perVm(`vm:kvminfo_root_mode_switch:ratio_rate${window}`, (row) => row.kvmVmShare),
    perVm(`vm:kvminfo_io_exit:ratio_rate${window}`, (row) => row.ioShare),
  ])
}

function classes(table: ThesisTable, classOf: (vm: string) => string): Expected {
  return {
    expr: 'vm:kvminfo_class:info',
    samples: table.rows.map(({ vm }) => ({
      labels: `vm:kvminfo_class:info{class="${classOf(vm)}",${target},vm="${vm}"}`,
      value: 1,
    })),
  }
}

function ioBound(vms: readonly string[]): Expected {
  return {
    expr: 'count by (vm) (ALERTS{alertname="KvmVmIoBound",alertstate="firing"})',
    samples: vms.map((vm) => ({ labels: `{vm="${vm}"}`, value: 1 })),
  }
}

test('gives the shares of table 3-17 to four decimals, and five VMs class emulated-io, three near-native, two mixed', async () => {
  const verdicts: Readonly<Record<string, string>> = {
    centos7: 'near-native',
    win2003: 'emulated-io',
    win2008: 'mixed',
  }
  const win2003 = table3_17.rows.map(({ vm }) => vm).filter((vm) => vm.startsWith('win2003'))
  expect(win2003).toHaveLength(5)
  expect(
    await evaluate(table3_17, [
      ...shares(table3_17),
      classes(table3_17, (vm) => verdicts[vm.split('-')[0]!]!),
      ioBound(win2003),
    ]),
  ).toBe('agrees')
})

test('gives the shares of table 7-4 to four decimals, and flags the untuned VM but not the tuned one', async () => {
  expect(
    await evaluate(table7_4, [
      ...shares(table7_4),
      classes(table7_4, (vm) => (vm.startsWith('untuned') ? 'emulated-io' : 'near-native')),
      ioBound(['untuned-15795']),
    ]),
  ).toBe('agrees')
})
