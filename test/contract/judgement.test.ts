// The live page and the Prometheus rules judge by the same thresholds and treat the same devices as emulated.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { classThresholds } from '../../src/model/vm-class.ts'
import { shipped } from '../../src/report/analysis/limits.ts'

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[]
  }[]
}

function rules(file: string) {
  const text = readFileSync(new URL(`../../alerts/${file}`, import.meta.url), 'utf8')
  return (parse(text) as RuleFile).groups.flatMap((group) => group.rules)
}

const expressionOf = (file: string, name: string) =>
  rules(file).find(({ record, alert }) => record === name || alert === name)!.expr

const threshold = (name: string) =>
  Number(/^vector\((.*)\)$/.exec(expressionOf('settings.rules.yaml', `kvminfo:${name}:threshold`))![1])

test('the page has the thresholds of alerts/settings.rules.yaml', () => {
  expect(classThresholds).toEqual({
    emulatedIo: threshold('root_mode_switch_emulated_io'),
    nearNative: threshold('root_mode_switch_near_native'),
    inKernelIo: threshold('io_exit_in_kernel'),
    margin: threshold('root_mode_switch_margin'),
    activeSwitches: threshold('switches_active'),
  })
})

test.each(Object.values(shipped))(
  'the report has the threshold %s of alerts/settings.rules.yaml',
  (record, value) => {
    expect(value).toBe(threshold(record))
  },
)

test('the recording rules, too, judge a judged VM until it falls below half of the threshold', () => {
  const expr = expressionOf('recording.rules.yaml', 'vm:kvminfo_active:info')
  expect(expr).toMatch(/scalar\(kvminfo:switches_active:threshold\) \/ 2\s+and vm:kvminfo_active:info/)
})

test.each([
  ['KvmVmEmulatedDisk', 'kvminfo_vm_disk_info{emulated="true"}'],
  ['KvmVmEmulatedNic', 'kvminfo_vm_nic_info{emulated="true"}'],
])('%s uses the label that the exporter sets', (alert, selector) => {
  expect(expressionOf('vm.rules.yaml', alert)).toContain(selector)
})
