// The live page (src/model/vm-class.ts) and the records give a VM the same class, for every change of class.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { judge, type VmClass } from '../../src/model/vm-class.ts'
import { check } from './checkers.ts'
import { ruleFiles } from './rule-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-classes-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Long enough that rates over five minutes no longer contain the previous phase. */
const phaseMinutes = 8

interface Phase {
  readonly switches: number
  readonly ratio: number
  /** undefined if port I/O exits are not known. */
  readonly ioShare: number | undefined
}

const target = 'instance="kvm1:9756",job="kvminfo"'

/** On both sides of each threshold and of its margin. */
const ratios = [0.5, 0.61, 0.63, 0.65, 0.75, 0.87, 0.89, 0.91, 0.99]
/** On both sides of the floor and of half the floor. */
const rates = [90, 150, 240]
/** Unknown, and on both sides of the threshold and of its margin. No two of them have a mean of exactly the threshold. */
const ioShares = [undefined, 0.07, 0.085, 0.11]
/** Where the I/O share matters: mixed, within the margin, and above the threshold. */
const highRatios = [0.87, 0.89, 0.91]

const pairs = <T>(values: readonly T[]) => values.flatMap((a) => values.map((b) => [a, b] as const))

const vms: readonly (readonly Phase[])[] = [
  ...pairs(ratios).map(([from, to]) => [
    { switches: 1000, ratio: from, ioShare: 0 },
    { switches: 1000, ratio: to, ioShare: 0 },
  ]),
  ...pairs(rates).map(([from, to]) => [
    { switches: from, ratio: 0.95, ioShare: 0 },
    { switches: to, ratio: 0.95, ioShare: 0 },
  ]),
  ...pairs(highRatios.flatMap((ratio) => ioShares.map((ioShare) => ({ switches: 1000, ratio, ioShare })))),
]

/** One `start+step x count` per phase, in the notation of promtool. Without a rate, the counter has no samples. */
function values(phases: readonly Phase[], perSecond: (phase: Phase) => number | undefined): string {
  let count = 0
  return phases
    .map((phase) => {
      const rate = perSecond(phase)
      if (rate === undefined) return `_x${phaseMinutes}`
      const step = rate * 60
      const text = `${count + step}+${step}x${phaseMinutes - 1}`
      count += step * phaseMinutes
      return text
    })
    .join(' ')
}

function verdicts(phases: readonly Phase[]): VmClass[] {
  let verdict: VmClass | undefined
  return phases.map((figures) => {
    verdict = judge(verdict, figures)
    return verdict
  })
}

test('the page and the records agree on the class of each VM after each phase', async () => {
  const ends = [0, 1].map((phase) => ({
    expr: 'vm:kvminfo_class:info',
    eval_time: `${(phase + 1) * phaseMinutes - 1}m`,
    exp_samples: vms.flatMap((phases, vm) => {
      const name = verdicts(phases)[phase]
      return name === 'idle'
        ? []
        : { labels: `vm:kvminfo_class:info{class="${name}",${target},vm="${vm}"}`, value: 1 }
    }),
  }))
  expect(new Set(vms.flatMap(verdicts))).toEqual(
    new Set(['emulated-io', 'mixed', 'in-kernel-io', 'near-native', 'idle']),
  )
  const unitTest = {
    rule_files: ruleFiles,
    evaluation_interval: '1m',
    group_eval_order: ['kvminfo.thresholds', 'kvminfo.vm.5m'],
    tests: [
      {
        interval: '1m',
        input_series: vms.flatMap((phases, vm) => [
          {
            series: `kvminfo_vm_kernel_switches_total{${target},vm="${vm}"}`,
            values: values(phases, ({ switches, ratio }) => switches * ratio),
          },
          {
            series: `kvminfo_vm_userspace_switches_total{${target},vm="${vm}"}`,
            values: values(phases, ({ switches, ratio }) => switches * (1 - ratio)),
          },
          {
            series: `kvminfo_vm_io_exits_total{${target},vm="${vm}"}`,
            values: values(phases, ({ switches, ioShare }) =>
              ioShare === undefined ? undefined : switches * ioShare,
            ),
          },
        ]),
        promql_expr_test: ends,
      },
    ],
  }
  const file = join(directory, 'classes.test.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(unitTest))
  const { ok, output } = await check('promtool', 'test', 'rules', file)
  expect(ok ? 'agrees' : output).toBe('agrees')
})
