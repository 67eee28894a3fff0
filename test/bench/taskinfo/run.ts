// Compares one read of /proc/taskinfo with walking /proc/<pid>/task/*/{stat,schedstat,status} for the same threads.

import { join } from 'node:path'
import type { KernelLine } from '../../lab/kernels.ts'
import { runInLab } from '../../lab/run-in-lab.ts'
import type { BenchPart, BenchResult, Progress, Table, Target } from '../part.ts'

/** Debian's oldest and newest: fs/proc itself became cheaper in between. */
const kernels: readonly KernelLine[] = ['6.1', '6.12']

/** It took 7 minutes on two cores with a load average of 10. */
const timeoutSeconds = 1200

/** A line of read-cost.c: what one read of all threads of the host costs. */
interface Cost {
  way: string
  threads: number
  calls: number
  instructions: number
}

export const part: BenchPart = {
  description: 'one read of /proc/taskinfo, compared with a walk over /proc (in the lab)',
  async run(progress: Progress): Promise<BenchResult> {
    const tables: Table[] = []
    const targets: Target[] = []
    for (const kernel of kernels) {
      progress(`Linux ${kernel} in the lab; time is a count of instructions; 5,000 and 10,000 threads`)
      const costs = await measure(kernel)
      tables.push(toTable(kernel, costs))
      targets.push(...toTargets(kernel, costs))
    }
    return { tables, targets }
  },
}

async function measure(kernel: KernelLine): Promise<Cost[]> {
  const file = join(import.meta.dirname, 'in-lab.sh')
  const { code, output, reason } = await runInLab(file, { kernel, icount: true, timeoutSeconds })
  if (code !== 0) throw new Error(`the taskinfo benchmark failed on Linux ${kernel}: ${reason}\n${output}`)
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [way = '', ...numbers] = line.split(' ')
      const [threads = NaN, calls = NaN, instructions = NaN] = numbers.map(Number)
      return { way, threads, calls, instructions }
    })
}

/** A walk is compared with the last read before it in read-cost's output, which is of the same threads. */
function ratioToRead(costs: readonly Cost[], at: number): number {
  const read = costs.slice(0, at + 1).findLast(({ way }) => way === 'taskinfo')!
  return costs[at]!.instructions / read.instructions
}

function toTable(kernel: KernelLine, costs: readonly Cost[]): Table {
  return {
    title: `Reading every thread's scheduling data, Linux ${kernel}`,
    columns: ['way', 'threads', 'system calls', 'instructions', 'a thread', 'ratio'],
    rows: costs.map(({ way, threads, calls, instructions }, at) => [
      way === 'taskinfo' ? '/proc/taskinfo' : `walk: ${way}`,
      threads.toLocaleString('en'),
      calls.toLocaleString('en'),
      instructions.toLocaleString('en'),
      Math.round(instructions / threads).toLocaleString('en'),
      ratioToRead(costs, at).toFixed(1),
    ]),
    notes: [
      'Instructions of the emulated host (QEMU -icount shift=0), the fewer of two rounds. The C reader parses',
      'nothing, so that only the kernel is compared. Each process has ten sleeping threads.',
    ],
  }
}

function toTargets(kernel: KernelLine, costs: readonly Cost[]): Target[] {
  return costs.flatMap(({ way, threads }, at) =>
    way === 'stat+schedstat+status'
      ? [
          {
            what: `/proc/taskinfo in percent of the walk, Linux ${kernel}, ${threads.toLocaleString('en')} threads`,
            limit: 6,
            measured: 100 / ratioToRead(costs, at),
          },
        ]
      : [],
  )
}
