// The instructions that counting adds to a VM's exits: our module compared with other ways of counting the same events.

import { join } from 'node:path'
import { builtModule } from '../../lab/kernel-module.ts'
import { type KernelLine, unpackedKernel } from '../../lab/kernels.ts'
import { runInLab } from '../../lab/run-in-lab.ts'
import type { BenchPart, BenchResult, Progress, Table, Target } from '../part.ts'

const measuredKernels: readonly KernelLine[] = ['6.1', '6.12']

const ways: Readonly<Record<string, string>> = {
  none: 'no counting',
  empty: 'probes that do nothing',
  counts: 'kvminfo, time=0 devices=0: counts and reasons',
  all: 'kvminfo, devices=0: counts, reasons and time',
  devices: 'kvminfo: counts, reasons, time and devices',
  ebpf: 'eBPF, hash map per thread',
  'table-first': "the thesis's way, first of 100 rows",
  'table-last': "the thesis's way, last of 100 rows",
  hist: 'tracefs hist triggers',
}

/** Added instructions per exit: one that user space handles (OUT), one that KVM handles (PIC). */
const limits = { counts: { out: 97, pic: 57 }, all: { out: 194, pic: 114 } }

/** Ticks of the guest's TSC per exit; one tick is one instruction of the emulated host and guest. */
interface Cost {
  way: string
  out: number
  pic: number
}

export const part: BenchPart = {
  description: 'instructions that counting adds to a VM exit, our way and others (in the lab)',
  async run(progress: Progress): Promise<BenchResult> {
    const tables: Table[] = []
    const targets: Target[] = []
    for (const line of measuredKernels) {
      progress(`Linux ${line} in the lab; time is a count of instructions`)
      const costs = await measure(line)
      tables.push(toTable(line, costs))
      targets.push(...toTargets(line, costs))
    }
    return { tables, targets }
  },
}

async function measure(line: KernelLine): Promise<Cost[]> {
  // The lab shows the files of this machine, so the module has the same path inside.
  const directory = await builtModule(
    'exit-cost',
    join(import.meta.dirname, 'module'),
    await unpackedKernel(line),
  )
  const module = join(directory, 'exit_cost.ko')
  const file = join(import.meta.dirname, 'in-lab.sh')
  const options = { kernel: line, icount: true, loadModules: false, args: [module] }
  const { code, output, reason } = await runInLab(file, options)
  if (code !== 0) throw new Error(`the exit-cost benchmark failed on Linux ${line}: ${reason}\n${output}`)
  return [...output.matchAll(/^(\S+) ([\d.]+) ([\d.]+)$/gm)].map(([, way, out, pic]) => ({
    way: way!,
    out: Number(out),
    pic: Number(pic),
  }))
}

function added(costs: readonly Cost[], { out, pic }: Cost): { out: number; pic: number } {
  const none = cost(costs, 'none')
  return { out: out - none.out, pic: pic - none.pic }
}

function cost(costs: readonly Cost[], way: string): Cost {
  const found = costs.find((each) => each.way === way)
  if (!found) throw new Error(`the exit-cost benchmark printed no line "${way}"`)
  return found
}

function toTable(line: KernelLine, costs: readonly Cost[]): Table {
  const ours = added(costs, cost(costs, 'counts'))
  const ratio = (more: number, our: number): string => (more > 0 ? (more / our).toFixed(1) : '')
  return {
    title: `What counting adds to a VM exit, Linux ${line}`,
    columns: ['way', 'OUT', 'added', 'ratio', 'PIC', 'added', 'ratio'],
    rows: Object.entries(ways).map(([way, name]) => {
      const measured = cost(costs, way)
      const more = added(costs, measured)
      return [
        ...[name, measured.out.toFixed(0), more.out.toFixed(0), ratio(more.out, ours.out)],
        ...[measured.pic.toFixed(0), more.pic.toFixed(0), ratio(more.pic, ours.pic)],
      ]
    }),
    notes: [
      'Instructions per exit, measured by the guest (QEMU -icount shift=0; median of 25 rounds of 200 exits).',
      'OUT: handled in user space, there and back. PIC: handled in KVM. Ratio: to kvminfo with time=0 devices=0.',
      'Instructions are not cycles: on hardware, the cost of a world switch is added, the same for all ways.',
    ],
  }
}

function toTargets(line: KernelLine, costs: readonly Cost[]): Target[] {
  return Object.entries(limits).flatMap(([way, limit]) => {
    const more = added(costs, cost(costs, way))
    return (['out', 'pic'] as const).map((exit) => ({
      what: `instructions added to an exit (${exit.toUpperCase()}) by ${ways[way]}, Linux ${line}`,
      limit: limit[exit],
      measured: more[exit],
    }))
  })
}
