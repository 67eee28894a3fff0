// Compares what `kvminfo top` and kvm_stat cost per update of their screens, with more and more VMs.

import { join } from 'node:path'
import { runInLab } from '../../lab/run-in-lab.ts'
import type { BenchPart, BenchResult, Progress, Table } from '../part.ts'
import { type Measured, numbers, perVm } from './measured.ts'
import { kvmStat } from './source.ts'

const kernel = '6.1'
const most = numbers.at(-1)!
/** Instructions of the list of VMs with the modules, by those of kvm_stat, with that many VMs. */
const limit = 0.5
/** It took ten minutes on two cores, beside another lab. */
const timeoutSeconds = 3600

export const part: BenchPart = {
  description: 'kvminfo top and kvm_stat with 1, 10 and 50 VMs (in the lab)',
  async run(progress: Progress): Promise<BenchResult> {
    const { path, version } = await kvmStat(progress)
    progress(`Linux ${kernel} in the lab; time is a count of instructions`)
    const { code, output, reason } = await runInLab(join(import.meta.dirname, 'in-lab.ts'), {
      kernel,
      icount: true,
      timeoutSeconds,
      args: [path],
    })
    if (code !== 0) throw new Error(`the benchmark of kvm_stat failed: ${reason}\n${output}`)
    const measured = [...output.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line) as Measured)
    return {
      tables: [toTable(measured, version)],
      targets: [
        {
          what: `instructions of kvminfo top with ${most} VMs, times those of kvm_stat -d`,
          limit,
          measured: ratio(measured, 'kvminfo top', most),
        },
      ],
    }
  },
}

function costOf(measured: readonly Measured[], name: string, number: number): Measured {
  const found = measured.find(({ monitor, vms }) => monitor === name && vms === number)
  if (!found) throw new Error(`the lab did not measure ${name} with ${number} VMs`)
  return found
}

/** To the cost of kvm_stat with as many VMs. */
const ratio = (measured: readonly Measured[], name: string, vms: number): number =>
  costOf(measured, name, vms).msPerUpdate / costOf(measured, perVm, vms).msPerUpdate

function toTable(measured: readonly Measured[], version: string): Table {
  const names = [...new Set(measured.map(({ monitor }) => monitor))]
  return {
    title: `Millions of instructions per update, one update a second, Linux ${kernel}`,
    columns: [
      'monitor',
      ...numbers.map((vms) => (vms === 1 ? '1 VM' : `${vms} VMs`)),
      ...numbers.map((vms) => `ratio, ${vms}`),
      'MB resident',
    ],
    rows: names.map((name) => [
      name,
      ...numbers.map((vms) => costOf(measured, name, vms).msPerUpdate.toFixed(0)),
      ...numbers.map((vms) => ratio(measured, name, vms).toFixed(2)),
      costOf(measured, name, most).mb.toFixed(0),
    ]),
    notes: [
      `kvm_stat is that of ${version}. Emulated host (QEMU -icount shift=0); terminals of 200 by 50,`,
      'one after the other. Each VM has one vCPU and wakes up 50 times a second. Ratio: to kvm_stat -d.',
      'kvm_stat reads tracepoint counters of the whole host, for each CPU (here one), and knows no VM.',
      'kvm_stat -d, key b reads all statistics of each VM, and shows their sum as one number for each VM.',
    ],
  }
}
