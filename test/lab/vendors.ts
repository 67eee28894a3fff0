// Judges what cases/vendors.sh printed: every counter against the guest's own account and KVM's statistics, and two
// vendors against each other.

import assert from 'node:assert/strict'
import { parseTable, type Row } from './cases/kvminfo/table.ts'

/** One VM of the case. */
interface Vm {
  /** The options of guests/exits. */
  options: string
  /** What made KVM itself different, such as "ept=0". */
  kvm: string
  /** What the guest did, by kind, and what the counters must show. */
  did: Record<string, number>
  expect: Record<string, number>
  head: Record<string, string>
  row: Row
  /** KVM's own statistics. */
  statistics: Record<string, number>
}

/** Parses what the case printed. Fails if it did not print everything. */
function vmsOf(output: string): Vm[] {
  const lines = output.split('\n')
  const vms: Vm[] = []
  let kvm = ''
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (/^kvm_(intel|amd) /.test(line)) kvm = line.slice(line.indexOf(' ') + 1)
    if (!line.startsWith('vm ') && line !== 'running') continue
    const end = lines.indexOf('.', at)
    assert.ok(end > at, `the end of "${line}"`)
    const running = line === 'running'
    const tableAt = running ? at + 1 : at + 2
    const { head, rows } = parseTable(`${lines.slice(tableAt, tableAt + 3).join('\n')}\n`)
    const { expect = {}, ...did } = running ? {} : JSON.parse(lines[at + 1]!)
    const statistics = lines.slice(tableAt + 3, end).map((each) => each.split(' '))
    vms.push({
      options: running ? line : line.slice(3),
      kvm,
      did,
      expect,
      head,
      row: rows[0]!,
      statistics: Object.fromEntries(statistics.map(([name, value]) => [name, Number(value)])),
    })
    at = end
  }
  return vms
}

/** Fails unless every counter of the VM is right. */
function assertExact(vm: Vm, vendor: 'svm' | 'vmx'): void {
  const { row, statistics, did } = vm
  assert.equal(vm.head.vendor, vendor)
  assert.equal(vm.head.reasons, 'on')
  assert.equal(vm.head.lost, '0')
  if (vm.options === 'running') return
  const { kvm_vm_switch_num_min: atLeast, ...exact } = vm.expect
  for (const [name, value] of Object.entries(exact)) {
    const seen = row[name as keyof Row] as number
    // Without EPT, every page fault of the guest is an exception exit.
    if (name === 'exception_num' && vm.kvm === 'ept=0') assert.ok(seen > value, name)
    else assert.equal(seen, value, name)
  }
  assert.ok(row.kvm_vm_switch_num! >= atLeast!, 'kvm_vm_switch_num')
  const exits = row.kvm_vm_switch_num! + row.kvm_qemu_switch_num!
  assert.equal(exits, statistics.exits)
  assert.equal(row.io_num, statistics.io_exits)
  const reasons = row.reasons!
  assert.equal(sumOf(reasons), exits, 'every exit has one reason')
  assert.equal(reasons.io ?? 0, row.io_num)
  assert.equal(reasons.exception ?? 0, row.exception_num)
  assert.equal(reasons.cpuid ?? 0, did.cpuid)
  assert.equal(reasons.hlt ?? 0, did.hlt)
  // The guest's ports 0xf4 and, once per vCPU, 0xf6; its page without memory, 0xd0.
  const accesses = { pf4: did.out! - did.vcpus! + did.in!, pf6: did.vcpus!, md0: did.mmio! }
  assert.deepEqual(countsOf(row.devices), nonZero(accesses))
  const [io, mmio] = [did.out! + did.in!, did.mmio!]
  assert.deepEqual(
    nonZero(countsOf(row.user_reasons)),
    nonZero({ io, mmio, hlt: row.kvm_qemu_switch_num! - io - mmio }),
  )
  assert.equal(
    reasons.external_interrupt ?? 0,
    vendor === 'vmx' ? statistics.irq_exits : (reasons.external_interrupt ?? 0),
  )
}

const countsOf = (tallies: Row['devices']): Record<string, number> =>
  Object.fromEntries(Object.entries(tallies).map(([key, { count }]) => [key, count]))

const nonZero = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))

const sumOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Fails with the VM's options and figures unless every counter of every VM is right. */
export function assertAllExact(output: string, vendor: 'svm' | 'vmx', count: number): void {
  const vms = vmsOf(output)
  assert.equal(vms.length, count)
  for (const vm of vms) {
    try {
      assertExact(vm, vendor)
    } catch (cause) {
      throw new Error(`${vm.kvm} exits ${vm.options}: ${JSON.stringify(vm)}`, { cause })
    }
  }
}

/**
 * The reasons whose counts do not depend on the vendor. The others do: interrupts of the host come at other times, and
 * an access to memory that the guest does not have is page_fault on AMD, but mmio on Intel once its page is known.
 */
const sameReasons = ['io', 'exception', 'cpuid', 'hlt']
const vendorsReasons = {
  svm: ['external_interrupt', 'page_fault', 'interrupt_window'],
  vmx: ['external_interrupt', 'page_fault', 'mmio', 'interrupt_window'],
}

/** Fails unless the same guests gave the same counts by reason on both vendors, but for the expected differences. */
export function assertSameReasons(amdOutput: string, intelOutput: string): void {
  const [amd, intel] = [vmsOf(amdOutput), vmsOf(intelOutput)]
  for (const [at, onAmd] of amd.entries()) {
    const onIntel = intel[at]!
    assert.equal(onIntel.options, onAmd.options)
    if (onAmd.options === 'running') continue
    const [svm, vmx] = [onAmd.row.reasons!, onIntel.row.reasons!]
    for (const reason of sameReasons)
      assert.equal(vmx[reason], svm[reason], `${reason} of exits ${onAmd.options}`)
    for (const [vendor, reasons] of [
      ['svm', svm],
      ['vmx', vmx],
    ] as const) {
      const others = Object.keys(reasons).filter((reason) => !sameReasons.includes(reason))
      for (const reason of others)
        assert.ok(
          vendorsReasons[vendor].includes(reason),
          `${vendor} has ${reason} of exits ${onAmd.options}`,
        )
    }
    const mmio = onAmd.did.mmio ?? 0
    assert.ok((svm.page_fault ?? 0) >= mmio)
    assert.ok((vmx.page_fault ?? 0) + (vmx.mmio ?? 0) >= mmio)
    // The first access to the page is an EPT violation, after which KVM makes the page an EPT misconfiguration.
    if (mmio > 0) assert.equal(vmx.mmio, mmio - 1)
  }
}
