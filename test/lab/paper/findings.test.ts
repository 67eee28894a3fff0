import { expect, test } from 'vitest'
import { findingsOf, type Results } from './findings.ts'
import type { Cost } from './guest.ts'
import { pageOf } from './page.ts'

const cost = (changes: Partial<Cost>): Cost => ({
  io_num: 0,
  exception_num: 0,
  kvm_vm_switch_num: 100,
  kvm_qemu_switch_num: 0,
  page_faults: 0,
  work_ns: 1e6,
  ...changes,
})

/** An emulated device costs ten hand-overs where a virtio one costs none, and twice the time. */
const emulated = cost({ io_num: 900, kvm_qemu_switch_num: 900, work_ns: 2e6 })
const asExpected: Results = {
  switches: [{ untuned: emulated, tuned: cost({}) }],
  disk: [{ host: cost({ work_ns: 5e5 }), 'vm virtio': cost({}), 'vm untuned': emulated }],
  network: [
    { 'vm untuned': emulated, 'vm virtio': cost({}), 'virtio, tap': cost({}), 'virtio, vhost': cost({}) },
  ],
  cpu: [
    {
      'cfs, alone': cost({}),
      'fifo 99, alone': cost({ work_ns: 1.02e6 }),
      'cfs, beside a busy process': emulated,
      'fifo 99, beside a busy process': cost({}),
    },
  ],
  memory: [{ '4 KiB pages': cost({ page_faults: 1000, work_ns: 2e6 }), '2 MiB pages': cost({}) }],
  ten: [{ ide1: emulated, virtio6: cost({ io_num: 90 }), compute9: cost({}) }],
}

test('gives the median of the runs, and the lowest and highest', () => {
  const runs = [4, 1, 3, 2].map((ms) => ({
    ...asExpected.cpu[0]!,
    'cfs, alone': cost({ work_ns: ms * 1e6 }),
  }))
  const finding = findingsOf({ ...asExpected, cpu: runs }).find(({ title }) => title.includes('7-2'))!
  expect(finding.lines[0]).toEqual({
    name: 'cfs, alone',
    thesis: 40.86,
    ours: { median: 2.5, min: 1, max: 4 },
  })
})

test('every finding agrees if tuned VMs cost less', () => {
  expect(findingsOf(asExpected).filter(({ holds }) => !holds)).toEqual([])
})

test.each([
  ['disk', { host: cost({}), 'vm virtio': emulated, 'vm untuned': cost({}) }, 'Disk (table 7-3)'],
  [
    'cpu',
    { ...asExpected.cpu[0]!, 'fifo 99, alone': cost({ work_ns: 1.03e6 }) },
    'Computing under CFS and FIFO 99 (table 7-2)',
  ],
  [
    'ten',
    { ...asExpected.ten[0]!, compute9: cost({ kvm_qemu_switch_num: 1000 }) },
    'Ten VMs at once: exits that KVM handles itself, of all exits (table 3-17)',
  ],
] as const)('says that %s does not agree if it does not', (name, run, title) => {
  const findings = findingsOf({ ...asExpected, [name]: [run] })
  expect(findings.filter(({ holds }) => !holds).map((finding) => finding.title)).toEqual([title])
})

test('the page has both figures of a line, their spread and a plot for each finding', () => {
  const findings = findingsOf({
    ...asExpected,
    disk: [asExpected.disk[0]!, { ...asExpected.disk[0]!, 'vm virtio': emulated }],
  })
  const files = pageOf(findings, { kernel: '6.1.0', runs: 2, date: '2026-11-27', commit: 'abc' })
  // 1.6384 MB in 1 and in 2 ms.
  expect(files.get('README.md')).toContain('| vm virtio | 40.29 | 1228.8 (819.2 to 1638.4) |')
  expect([...files.keys()]).toHaveLength(findings.length + 1)
  expect(files.get('3.svg')).toContain('40.29 thesis')
})
