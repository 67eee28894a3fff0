// The instructions that counting adds to a VM's exits: our module compared with other ways of counting the same events.

import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { builtModule } from '../../lab/kernel-module.ts'
import { type KernelLine, unpackedKernel } from '../../lab/kernels.ts'
import { type LabResult, runInLab } from '../../lab/run-in-lab.ts'
import { type KvmStat, kvmStat } from '../kvm-stat/source.ts'
import type { BenchPart, BenchResult, Progress, Table, Target } from '../part.ts'

const measuredKernels: readonly KernelLine[] = ['6.1', '6.12']

const intelKernel: KernelLine = '6.1'

const ways: Readonly<Record<string, string>> = {
  none: 'no counting',
  empty: 'probes that do nothing',
  counts: 'kvminfo, time=0 devices=0: counts and reasons',
  all: 'kvminfo, devices=0: counts, reasons and time',
  devices: 'kvminfo: counts, reasons, time and devices',
  ebpf: 'eBPF, hash map per thread',
  'kvm-stat': 'kvm_stat, perf events with filters',
  'table-first': "the thesis's way, first of 100 rows",
  'table-last': "the thesis's way, last of 100 rows",
  hist: 'tracefs hist triggers',
}

/** The Intel machine has neither a compiler nor tracefs's monitors. */
const intelWays = Object.fromEntries(
  ['none', 'empty', 'counts', 'all', 'devices'].map((way) => [way, ways[way]!]),
)

/** Added instructions per exit: one that user space handles (OUT), one that KVM handles (PIC). */
const limits = { counts: { out: 80, pic: 43 }, all: { out: 136, pic: 85 } }

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
    const peer = await kvmStat(progress)
    for (const line of measuredKernels) {
      progress(`Linux ${line} in the lab; time is a count of instructions`)
      const costs = await measure(line, peer)
      tables.push(toTable(`Linux ${line} on AMD`, costs, ways, [`kvm_stat is that of ${peer.version}.`]))
      targets.push(...toTargets(`Linux ${line} on AMD`, costs))
    }
    progress(`Linux ${intelKernel} on the Intel machine of the lab`)
    const costs = await measureOnIntel()
    tables.push(toTable(`Linux ${intelKernel} on Intel`, costs, intelWays, []))
    targets.push(...toTargets(`Linux ${intelKernel} on Intel`, costs))
    return { tables, targets }
  },
}

async function measure(line: KernelLine, peer: KvmStat): Promise<Cost[]> {
  // The lab shows the files of this machine, so the module has the same path inside.
  const directory = await builtModule(
    'exit-cost',
    join(import.meta.dirname, 'module'),
    await unpackedKernel(line),
  )
  const module = join(directory, 'exit_cost.ko')
  const file = join(import.meta.dirname, 'in-lab.sh')
  const options = { kernel: line, icount: true, loadModules: false, args: [module, peer.path] }
  return costsOf(await runInLab(file, options), `Linux ${line}`)
}

/** On the Intel machine only a folder beside the script is visible, so everything is built into one. */
async function measureOnIntel(): Promise<Cost[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'exit-cost-'))
  try {
    const kernel = await unpackedKernel(intelKernel)
    const directory = await builtModule('exit-cost', join(import.meta.dirname, 'module'), kernel)
    const file = join(scratch, 'on-intel.sh')
    const programs = join(scratch, 'on-intel')
    await copyFile(join(import.meta.dirname, 'on-intel.sh'), file)
    await mkdir(programs)
    await execa('gcc', [
      '-O2',
      '-static',
      '-s',
      '-o',
      join(programs, 'guest'),
      join(import.meta.dirname, 'guest.c'),
    ])
    await execa('strip', ['-g', '-o', join(programs, 'exit_cost.ko'), join(directory, 'exit_cost.ko')])
    const options = { kernel: intelKernel, vendor: 'intel', loadModules: false } as const
    return costsOf(await runInLab(file, options), `Linux ${intelKernel} on Intel`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function costsOf({ code, output, reason }: LabResult, where: string): Cost[] {
  if (code !== 0) throw new Error(`the exit-cost benchmark failed on ${where}: ${reason}\n${output}`)
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

function toTable(
  where: string,
  costs: readonly Cost[],
  measuredWays: typeof ways,
  notes: readonly string[],
): Table {
  const ours = added(costs, cost(costs, 'counts'))
  const ratio = (more: number, our: number): string => (more > 0 ? (more / our).toFixed(1) : '')
  return {
    title: `What counting adds to a VM exit, ${where}`,
    columns: ['way', 'OUT', 'added', 'ratio', 'PIC', 'added', 'ratio'],
    rows: Object.entries(measuredWays).map(([way, name]) => {
      const measured = cost(costs, way)
      const more = added(costs, measured)
      return [
        ...[name, measured.out.toFixed(0), more.out.toFixed(0), ratio(more.out, ours.out)],
        ...[measured.pic.toFixed(0), more.pic.toFixed(0), ratio(more.pic, ours.pic)],
      ]
    }),
    notes: [
      'Instructions per exit, measured by the guest (emulator that counts them; median of 25 rounds of 200 exits).',
      'OUT: handled in user space, there and back. PIC: handled in KVM. Ratio: to kvminfo with time=0 devices=0.',
      'Instructions are not cycles: on hardware, the cost of a world switch is added, the same for all ways.',
      ...notes,
    ],
  }
}

function toTargets(where: string, costs: readonly Cost[]): Target[] {
  return Object.entries(limits).flatMap(([way, limit]) => {
    const more = added(costs, cost(costs, way))
    return (['out', 'pic'] as const).map((exit) => ({
      what: `instructions added to an exit (${exit.toUpperCase()}) by ${ways[way]}, ${where}`,
      limit: limit[exit],
      measured: more[exit],
    }))
  })
}
