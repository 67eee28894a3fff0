// Checks every metric against the naming rules of Prometheus, OpenMetrics and this project.
import { describe, expect, test } from 'vitest'
import { collectors } from '../../../src/collectors/index.ts'
import { catalog } from '../../../src/metrics/catalog.ts'
import { exporterMetrics } from '../../../src/metrics/exporter.ts'

test('names are unique, even without the suffixes that OpenMetrics removes', () => {
  const families = catalog.map(({ name }) => name.replace(/_(total|info)$/, ''))
  expect(families.length).toBeGreaterThan(50)
  expect(new Set(families).size).toBe(families.length)
})

describe.each(catalog.map((metric) => [metric.name, metric] as const))(
  '%s',
  (name, { type, unit, help, labels }) => {
    test('has a name that follows the rules', () => {
      expect(name).toMatch(/^kvminfo_(up|(vm|vcpu|host|scrape|source|doctor|exporter)_[a-z]+(_[a-z]+)*)$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(name.endsWith('_info')).toBe(type === 'info')
      expect(name).not.toMatch(/_(count|sum|bucket|created|timestamp)$/)
      expect(/seconds|bytes/.test(name)).toBe(unit !== undefined)
    })

    test('has a full sentence with its unit as help', () => {
      expect(help).toMatch(/^[A-Z].*\.$/)
      if (unit !== undefined) expect(help.toLowerCase()).toContain(unit)
    })

    test('has labels that follow the rules', () => {
      for (const label of labels) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(labels.includes('vm')).toBe(/^kvminfo_(vm|vcpu)_/.test(name))
      expect(labels.includes('vcpu')).toBe(name.startsWith('kvminfo_vcpu_'))
    })
  },
)

test.each([
  ['kvminfo_vm_io_exits_total', 'io_num'],
  ['kvminfo_vm_exception_exits_total', 'exception_num'],
  ['kvminfo_vm_kernel_switches_total', 'kvm_vm_switch_num'],
  ['kvminfo_vm_userspace_switches_total', 'kvm_qemu_switch_num'],
])('the help of %s names its column %s of /proc/kvminfo', (name, column) => {
  expect(catalog.find((metric) => metric.name === name)?.help).toContain(`column ${column} of /proc/kvminfo`)
})

test('each metric comes from exactly one collector or from the exporter itself', () => {
  const collectedMetrics = collectors.flatMap(({ metrics }) => metrics)
  const ofExporter = exporterMetrics.filter((metric) => !collectedMetrics.includes(metric))
  expect([...collectedMetrics, ...ofExporter].map(({ name }) => name).sort()).toEqual(
    catalog.map(({ name }) => name).sort(),
  )
})

test('collectors have unique names that are valid in flags', () => {
  const names = collectors.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
})
