// What `kvminfo top` costs while it shows ten thousand threads, compared with htop and top, in real terminals.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { TerminalSession } from '../helpers/terminal-session.ts'
import type { BenchPart, Progress } from './part.ts'
import { builtProgram } from './servers.ts'

const processes = 100
const threads = 100
const updates = 20
/** CPU time of the list of threads with the module, by that of htop. */
const limitOfModule = 1

/** Threads of an emulator besides its vCPUs, in a tree of files. */
const emulatorThreads = 3

interface Peer {
  readonly name: string
  readonly command: readonly string[]
  /** A part of its command line. */
  readonly process: string
  /** What changes on its screen at every update. */
  readonly clock: RegExp
}

const samples = /Samples (\d+)/

export const part: BenchPart = {
  description: 'CPU time and memory of kvminfo top with ten thousand threads, compared with htop and top',
  async run(progress) {
    const directory = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
    const many = await startThreads(directory)
    try {
      const { paths } = writeFixtureTree(join(directory, 'host'), {
        vms: processes,
        vcpus: threads - emulatorThreads,
        others: 0,
        threads: false,
      })
      const module = [
        `--path.procfs=${paths.procfs}`,
        `--path.sysfs=${paths.sysfs}`,
        `--path.rundir=${paths.rundir}`,
      ]
      const top = [builtProgram(), 'top', '--interval=1']
      const peers: Peer[] = [
        {
          name: 'htop',
          command: ['htop', '-d', '10'],
          process: 'htop',
          clock: /Uptime: (\S+ *\S*)/,
        },
        {
          name: 'top -H',
          command: ['top', '-H', '-d', '1'],
          process: 'top',
          clock: /^top - (\S+)/m,
        },
        {
          name: 'kvminfo top, threads, module',
          command: [...top, '--view=tasks', '--threads', ...module],
          process: 'main.js',
          clock: samples,
        },
        {
          name: 'kvminfo top, VMs, module',
          command: [...top, ...module],
          process: 'main.js',
          clock: samples,
        },
        {
          name: 'kvminfo top, threads, /proc',
          command: [...top, '--view=tasks', '--threads'],
          process: 'main.js',
          clock: samples,
        },
        {
          name: 'kvminfo top, processes, /proc',
          command: [...top, '--view=tasks'],
          process: 'main.js',
          clock: samples,
        },
      ]
      const costs = await measure(peers, progress)
      const [htop, , withModule] = costs
      return {
        tables: [
          {
            title: `Monitors of ${processes} processes with ${threads} threads each, one sample a second`,
            columns: ['program', 'CPU ms per update', 'times htop', 'MB resident'],
            rows: costs.map(({ msPerUpdate, mb }, index) => [
              peers[index]!.name,
              msPerUpdate.toFixed(1),
              (msPerUpdate / htop!.msPerUpdate).toFixed(2),
              mb.toFixed(0),
            ]),
            notes: [
              'With the module: /proc/taskinfo of such a host as a file. The kernel needs some 3,500 instructions more for each thread.',
              'In terminals of 200 by 50, one after the other.',
            ],
          },
        ],
        targets: [
          {
            what: 'CPU time with the module, times that of htop',
            limit: limitOfModule,
            measured: withModule!.msPerUpdate / htop!.msPerUpdate,
          },
        ],
      }
    } finally {
      many.end()
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** Resolves when all threads run. */
async function startThreads(directory: string): Promise<{ end(): void }> {
  const program = join(directory, 'many-threads')
  const source = fileURLToPath(new URL('many-threads.c', import.meta.url))
  execFileSync('gcc', ['-O1', '-pthread', '-o', program, source])
  const child = spawn(program, [String(processes), String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  return { end: () => child.stdin!.end() }
}

interface Cost {
  /** CPU time of one update of the screen, milliseconds. */
  readonly msPerUpdate: number
  readonly mb: number
}

/** One after the other, because on two cores six monitors would wait for each other. */
async function measure(peers: readonly Peer[], progress: Progress): Promise<Cost[]> {
  const home = mkdtempSync(join(tmpdir(), 'kvminfo-bench-home-'))
  const costs: Cost[] = []
  try {
    for (const peer of peers) {
      progress(`${peer.name}: ${updates} updates`)
      // htop writes its settings into the home directory.
      const session = new TerminalSession(peer.command, {
        columns: 200,
        rows: 50,
        environment: { HOME: home },
      })
      try {
        costs.push(await cost(session, peer))
      } finally {
        session.close()
      }
    }
    return costs
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** From one update to another, so that starting is not counted. */
async function cost(session: TerminalSession, { process, clock }: Peer): Promise<Cost> {
  const clockNow = (): string | undefined => clock.exec(session.screen)?.[1]
  await session.shows(clock)
  const pid = session.pidOf(process)
  let shown = clockNow()
  let seen = -1
  for (let from = 0; ; await setTimeout(100)) {
    const now = clockNow()
    if (now === shown) continue
    shown = now
    seen++
    if (seen === 0) from = cpuSeconds(pid)
    if (seen === updates)
      return { msPerUpdate: ((cpuSeconds(pid) - from) / updates) * 1000, mb: residentMb(pid) }
  }
}

/** Fields 14 and 15 of proc(5), in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1000
