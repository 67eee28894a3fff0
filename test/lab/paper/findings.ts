// What the experiments show, beside what the thesis measured.

import { max, median, min } from 'simple-statistics'
import type { Variants } from './experiments.ts'
import type { Cost } from './guest.ts'
import * as thesis from './thesis.ts'

/** The runs of each experiment. */
export type Results = Record<'switches' | 'disk' | 'network' | 'cpu' | 'memory' | 'ten', Variants[]>

interface Spread {
  median: number
  min: number
  max: number
}

interface Line {
  name: string
  thesis: number | undefined
  ours: Spread
}

export interface Finding {
  title: string
  /** What both columns are, with units. */
  thesisUnit: string
  ourUnit: string
  digits: number
  lines: Line[]
  /** What the thesis says, and whether our medians say so too. */
  direction: string
  holds: boolean
  /** What a reader must know to compare the two. */
  remark: string
}

const spreadOf = (values: number[]): Spread => ({
  median: median(values),
  min: min(values),
  max: max(values),
})

const total = (cost: Cost): number => cost.kvm_vm_switch_num + cost.kvm_qemu_switch_num
const inKvm = (cost: Cost): number => cost.kvm_vm_switch_num / total(cost)
const ofIo = (cost: Cost): number => cost.io_num / total(cost)

const instructionClock =
  'Time is the clock of the emulated machine, which counts instructions: a billion of them are one second. It shows what software does, not what hardware waits for.'

/** One line for each variant of an experiment. */
function linesOf(
  runs: readonly Variants[],
  figure: (cost: Cost) => number,
  measured: Readonly<Record<string, number>> = {},
): Line[] {
  return Object.keys(runs[0]!).map((name) => ({
    name,
    thesis: measured[name],
    ours: spreadOf(runs.map((run) => figure(run[name]!))),
  }))
}

const medianOf = (lines: readonly Line[], name: string): number =>
  lines.find((line) => line.name === name)!.ours.median

/** MB/s of the instruction clock. */
const rate =
  (bytes: number) =>
  (cost: Cost): number =>
    bytes / 1e6 / (cost.work_ns / 1e9)

export function findingsOf(results: Results): Finding[] {
  return [
    ...switches(results.switches),
    disk(results.disk),
    ...network(results.network),
    cpu(results.cpu),
    ...memory(results.memory),
    ...ten(results.ten),
  ]
}

function switches(runs: readonly Variants[]): Finding[] {
  const { untuned, tuned } = thesis.switches
  const share = linesOf(runs, inKvm, { untuned: untuned.inKvm, tuned: tuned.inKvm })
  const io = linesOf(runs, ofIo, { untuned: untuned.io, tuned: tuned.io })
  const common = { thesisUnit: 'share', ourUnit: 'share', digits: 3 }
  return [
    {
      ...common,
      title: 'Exits that KVM handles itself, of all exits (table 7-4)',
      lines: share,
      direction: 'The tuned VM leaves far more of its exits to KVM.',
      holds: medianOf(share, 'tuned') > medianOf(share, 'untuned'),
      remark:
        'Untuned: IDE disk, e1000, 4 KiB pages. Tuned: virtio disk and NIC, 2 MiB pages. Both do the same work: 300 reads and writes of 4 KiB, 150 frames, 16 MiB of memory, a loop. The thesis let two VMs of CentOS 7 run for a day; most of that day is not I/O.',
    },
    {
      ...common,
      title: 'Exits for port I/O, of all exits (table 7-4)',
      lines: io,
      direction: 'Port I/O is a smaller share of the exits of the tuned VM.',
      holds: medianOf(io, 'tuned') < medianOf(io, 'untuned'),
      remark:
        "The thesis's virtio devices (the legacy interface) are kicked by port I/O that KVM handles; ours (virtio 1.0) by MMIO. A tuned VM therefore has nearly no port I/O here.",
    },
  ]
}

function disk(runs: readonly Variants[]): Finding {
  const lines = linesOf(runs, rate(400 * 4096), thesis.disk)
  return {
    title: 'Disk (table 7-3)',
    thesisUnit: 'MB/s, cp of 7 GB',
    ourUnit: 'MB per second of the instruction clock, 400 reads and writes of 4 KiB',
    digits: 1,
    lines,
    direction: 'The host is faster than a VM on virtio, and that is faster than one on an emulated disk.',
    holds:
      medianOf(lines, 'host') > medianOf(lines, 'vm virtio') &&
      medianOf(lines, 'vm virtio') > medianOf(lines, 'vm untuned'),
    remark: `${instructionClock} The disk is a file in memory, so nothing waits for a disk: only the cost of the way to it is compared, and the differences are larger than the thesis's.`,
  }
}

function network(runs: readonly Variants[]): Finding[] {
  const lines = linesOf(runs, rate(400 * 1400), thesis.network)
  const exits = linesOf(runs, (cost) => cost.kvm_qemu_switch_num / 400)
  return [
    {
      title: 'Network (figure 7-5)',
      thesisUnit: 'MB/s, scp of 7 GB',
      ourUnit: 'MB per second of the instruction clock, 400 frames of 1,400 bytes',
      digits: 1,
      lines,
      direction: 'A VM on virtio is faster than one on an emulated NIC.',
      holds: medianOf(lines, 'vm virtio') > medianOf(lines, 'vm untuned'),
      remark: `${instructionClock} The first two NICs send to QEMU's own network, the last two to a tap device of the host. The thesis also gives the host's own rate (${thesis.network.host} MB/s), which we have nothing to compare with.`,
    },
    {
      title: 'What a frame costs (not in the thesis)',
      thesisUnit: '',
      ourUnit: 'hand-overs to QEMU for each frame',
      digits: 3,
      lines: exits,
      direction: 'With vhost-net, QEMU has nearly nothing to do for a frame.',
      holds: medianOf(exits, 'virtio, vhost') <= medianOf(exits, 'vm untuned') / 10,
      remark:
        "A virtio NIC is kicked through an eventfd, which is no hand-over; the thread that moves the frame is QEMU's or, with vhost, the kernel's.",
    },
  ]
}

function cpu(runs: readonly Variants[]): Finding {
  const lines = linesOf(runs, (cost) => cost.work_ns / 1e6, thesis.cpu)
  const [cfs, fifo] = ['cfs, beside a busy process', 'fifo 99, beside a busy process']
  return {
    title: 'Computing under CFS and FIFO 99 (table 7-2)',
    thesisUnit: 's, Super Pi',
    ourUnit: 'ms of the instruction clock, 30 million turns of a loop',
    digits: 2,
    lines,
    direction:
      'FIFO is a little faster on an unloaded host (ratio 0.975), and, as the thesis says without a figure, much faster under load.',
    holds:
      medianOf(lines, fifo!) < medianOf(lines, cfs!) &&
      medianOf(lines, 'fifo 99, alone') <= medianOf(lines, 'cfs, alone') * 1.02,
    remark: `${instructionClock} The machine has one CPU. The busy process is a shell's loop with the same niceness as the VM. "Alone" holds if FIFO is at most 2 % slower, because an idle host has nothing that could delay either.`,
  }
}

function memory(runs: readonly Variants[]): Finding[] {
  const faults = linesOf(runs, (cost) => cost.page_faults)
  const time = linesOf(runs, (cost) => cost.work_ns / 1e6)
  const { vm, host } = thesis.memory
  return [
    {
      title: "Exits because the host has not given the page yet (figure 7-4's huge pages)",
      thesisUnit: '',
      ourUnit: 'page faults of the host, first touch of 64 MiB',
      digits: 0,
      lines: faults,
      direction: 'Huge pages take nearly all of these exits away.',
      holds: medianOf(faults, '2 MiB pages') < medianOf(faults, '4 KiB pages') / 10,
      remark: `The thesis gives lmbench's bandwidth in a VM with huge pages (read ${vm.read}, write ${vm.write} MB/s) and on its host (${host.read}, ${host.write}), and no figure without huge pages. An emulated CPU has no TLB that would show the same, so exits are counted.`,
    },
    {
      title: 'Time of the same first touch (not in the thesis)',
      thesisUnit: '',
      ourUnit: 'ms of the instruction clock',
      digits: 1,
      lines: time,
      direction: 'It is faster with huge pages.',
      holds: medianOf(time, '2 MiB pages') < medianOf(time, '4 KiB pages'),
      remark: instructionClock,
    },
  ]
}

function ten(runs: readonly Variants[]): Finding[] {
  const share = linesOf(runs, inKvm)
  const io = linesOf(runs, ofIo)
  const shares = (kind: string): number[] =>
    share.filter(({ name }) => name.startsWith(kind)).map(({ ours }) => ours.median)
  const range = (key: 'inKvm' | 'io', guests: RegExp): string => {
    const values = thesis.ten.filter(({ guest }) => guests.test(guest)).map((each) => each[key])
    return `${Math.min(...values)} to ${Math.max(...values)}`
  }
  return [
    {
      title: 'Ten VMs at once: exits that KVM handles itself, of all exits (table 3-17)',
      thesisUnit: '',
      ourUnit: 'share, a minute',
      digits: 3,
      lines: share,
      direction: 'The counters tell the VMs apart: those on emulated devices have by far the lowest share.',
      holds: Math.max(...shares('ide')) < Math.min(...shares('virtio'), ...shares('compute')),
      remark: `The thesis's ten VMs are other guests, so there is no line for each: Windows 2003, I/O-bound, ${range('inKvm', /2003/)}; Windows 2008 ${range('inKvm', /2008/)}; CentOS 7 ${range('inKvm', /CentOS/)}. Ours: five that read an IDE disk, three that read a virtio disk, two that compute.`,
    },
    {
      title: 'Ten VMs at once: exits for port I/O, of all exits (table 3-17)',
      thesisUnit: '',
      ourUnit: 'share, a minute',
      digits: 3,
      lines: io,
      direction:
        'A VM with a high share of port I/O has a low share inside KVM, if the port is of an emulated device.',
      holds: io.filter(({ name }) => name.startsWith('ide')).every(({ ours }) => ours.median > 0.4),
      remark: `The thesis: Windows 2003 ${range('io', /2003/)}; the others ${range('io', /2008|CentOS/)}. Our virtio readers use the legacy interface of virtio, whose kicks are port I/O that KVM handles: a high share of port I/O alone does not mean a high cost.`,
    },
  ]
}
