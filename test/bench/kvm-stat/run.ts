// Compares what `kvminfo top` and kvm_stat cost per update of their screens, with more and more VMs.

import { join } from 'node:path'
import { runInLab } from '../../lab/run-in-lab.ts'
import type { Cost } from '../monitors.ts'
import type { BenchPart, BenchResult, Progress, Table } from '../part.ts'
import { kvmStat } from './source.ts'

const kernel = '6.1'
const timeoutSeconds = 3600

/** A line of in-lab.ts. */
export interface Measured extends Cost {
  readonly monitor: string
  readonly vms: number
}

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
    return { tables: [toTable(measured, version)], targets: [] }
  },
}

function toTable(measured: readonly Measured[], version: string): Table {
  const [first] = measured
  const each = [...new Set(measured.map(({ vms }) => vms))]
  const names = [...new Set(measured.map(({ monitor }) => monitor))]
  const of = (name: string, number: number): Measured =>
    measured.find(({ monitor, vms }) => monitor === name && vms === number)!
  return {
    title: `Millions of instructions per update, one update a second, Linux ${kernel}`,
    columns: [
      'monitor',
      ...each.map((vms) => `${vms} VMs`),
      ...each.map((vms) => `ratio, ${vms}`),
      'MB resident',
    ],
    rows: names.map((name) => [
      name,
      ...each.map((vms) => of(name, vms).msPerUpdate.toFixed(0)),
      ...each.map((vms) => (of(name, vms).msPerUpdate / of(first!.monitor, vms).msPerUpdate).toFixed(2)),
      of(name, each.at(-1)!).mb.toFixed(0),
    ]),
    notes: [version],
  }
}
