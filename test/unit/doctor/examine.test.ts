import { expect, test } from 'vitest'
import type { HostCheck, VmCheck } from '../../../src/doctor/check.ts'
import { examine, worstOf } from '../../../src/doctor/examine.ts'
import { KvminfoError } from '../../../src/errors.ts'
import type { Severity } from '../../../src/model/finding.ts'
import { hostWith, vmWith } from '../../helpers/doctor-host.ts'

const found = (severity: Severity) => ({ severity, what: severity, why: 'Because.', fix: ['true'] })
const hostCheck = (name: string, examineHost: HostCheck['examine']): HostCheck => ({
  ...{ scope: 'host', isMetric: true, name, description: name, source: 'thesis 1' },
  examine: examineHost,
})
const vmCheck = (name: string, examineVm: VmCheck['examine']): VmCheck => ({
  ...{ scope: 'vm', name, description: name, source: 'thesis 1' },
  examine: examineVm,
})
const fails = () => {
  throw new KvminfoError('SOURCE_DENIED', 'no right')
}
const vms = [vmWith({ vm: { label: 'a' } }), vmWith({ vm: { label: 'b/c' } })]

test('the worst comes first, then the order of the checks', async () => {
  const checks = [
    hostCheck('one', () => [found('notice'), found('warning')]),
    hostCheck('two', async () => [found('critical')]),
    hostCheck('three', () => [found('warning')]),
    hostCheck('four', () => []),
  ]
  const examination = await examine(checks, hostWith({}))
  expect(examination.findings.map(({ item, severity }) => [item, severity])).toEqual([
    ['two', 'critical'],
    ['one', 'warning'],
    ['three', 'warning'],
    ['one', 'notice'],
  ])
  expect(worstOf(examination)).toBe('critical')
  expect(examination.passed).toEqual(['four'])
})

test('a check of VMs looks at each of them, and names VM and device', async () => {
  const check = vmCheck('one', ({ vm }) => [
    { ...found('notice'), ...(vm.label === 'a' && { device: 'sda' }) },
  ])
  const { findings, passed } = await examine([check], hostWith({}, { vms }))
  expect(findings.map(({ item, vm }) => [item, vm])).toEqual([
    ['one/a/sda', 'a'],
    ['one/b/c', 'b/c'],
  ])
  expect(passed).toEqual([])
})

test('a check that cannot be made costs only itself, and never passes', async () => {
  const checks = [hostCheck('one', fails), vmCheck('two', fails), hostCheck('three', () => [])]
  const examination = await examine(checks, hostWith({}, { vms }))
  expect(examination.notChecked).toEqual([
    { check: 'one', vm: undefined, why: 'no right' },
    { check: 'two', vm: 'a', why: 'no right' },
    { check: 'two', vm: 'b/c', why: 'no right' },
  ])
  expect(examination.passed).toEqual(['three'])
  expect(worstOf(examination)).toBeUndefined()
})

test('if nobody can list the VMs, no check of VMs passes', async () => {
  const host = hostWith({}, { vms: new KvminfoError('SOURCE_DENIED', 'no list') })
  const { notChecked, passed } = await examine([vmCheck('one', () => [])], host)
  expect(notChecked).toEqual([{ check: 'one', vm: undefined, why: 'no list' }])
  expect(passed).toEqual([])
})

test('a bug in a check is not hidden', async () => {
  const check = hostCheck('one', () => {
    throw new TypeError('a bug')
  })
  await expect(examine([check], hostWith({}))).rejects.toThrow('a bug')
})
