// What remediation costs while nothing happens: memory and CPU time of `kvminfo remediate` and its actuator together.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { eventually, RunningProcess } from '../helpers/kvminfo-process.ts'
import type { BenchPart, Progress } from './part.ts'
import { builtProgram } from './servers.ts'

/** After the start, until compiled code and garbage of the start are gone. */
const settleSeconds = 60
const measureSeconds = 60
const scrapeSeconds = 15
const limitMb = 150
/** Of one CPU. */
const limitPercent = 0.2

interface Cost {
  /** Of this process alone, and of files, whose pages both share: the binary of Node and libraries. */
  readonly ownMb: number
  readonly fileMb: number
  readonly idlePercent: number
  readonly scrapedPercent: number
}

export const part: BenchPart = {
  description: 'memory and CPU time of kvminfo remediate and its actuator while nothing happens',
  async run(progress) {
    const directory = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
    try {
      const costs = await measure(directory, progress)
      const sum = (of: keyof Cost) => costs.reduce((total, [, cost]) => total + cost[of], 0)
      const residentMb = sum('ownMb') + Math.max(...costs.map(([, { fileMb }]) => fileMb))
      return {
        tables: [
          {
            title: 'Remediation while nothing happens',
            columns: [
              'process',
              'MB resident',
              'of files',
              '% of a CPU',
              `% if scraped every ${scrapeSeconds} s`,
            ],
            rows: [
              ...costs.map(([name, cost]) => row(name, cost.ownMb + cost.fileMb, cost)),
              row('together', residentMb, {
                fileMb: residentMb - sum('ownMb'),
                idlePercent: sum('idlePercent'),
                scrapedPercent: sum('scrapedPercent'),
              }),
            ],
            notes: [
              'Both map the same files (Node and libraries), which are in memory once; together, they count once.',
            ],
          },
        ],
        targets: [
          { what: 'MB resident, together', limit: limitMb, measured: residentMb },
          { what: '% of a CPU, together', limit: limitPercent, measured: sum('idlePercent') },
        ],
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

const row = (
  name: string,
  residentMb: number,
  { fileMb, idlePercent, scrapedPercent }: Omit<Cost, 'ownMb'>,
): string[] => [
  name,
  residentMb.toFixed(0),
  fileMb.toFixed(0),
  idlePercent.toFixed(3),
  scrapedPercent.toFixed(3),
]

async function measure(directory: string, progress: Progress): Promise<[name: string, Cost][]> {
  const token = join(directory, 'token')
  writeFileSync(token, 'a-token-of-the-benchmark-0123\n', { mode: 0o600 })
  const policy = join(directory, 'policy.yml')
  mkdirSync(join(directory, 'run'))
  writeFileSync(policy, `instances: [kvm1]\ncredentials: {alertmanager: [${token}]}\n`, { mode: 0o600 })
  const program = new RunningProcess([
    builtProgram(),
    'remediate',
    `--policy.file=${policy}`,
    `--state.directory=${join(directory, 'state')}`,
    `--path.rundir=${join(directory, 'run')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  try {
    const url = await eventually('it listens', () => {
      if (!program.isRunning) throw new Error(`kvminfo remediate ended:\n${program.stderr}`)
      return /msg=listening .*?url=(\S+)/.exec(program.stderr)?.[1]
    })
    const metrics = async () => (await fetch(new URL('/metrics', url))).text()
    await eventually(
      'the actuator answers',
      async () => (await metrics()).includes('kvminfo_remediation_actuator_up 1') || undefined,
    )
    const remediate = program.child.pid!
    const pids = [['remediate', remediate] as const, ['actuate', childOf(remediate)] as const]
    progress(`settles for ${settleSeconds} s`)
    await setTimeout(settleSeconds * 1000)
    progress(`idle for ${measureSeconds} s`)
    const idle = await cpuShares(
      pids.map(([, pid]) => pid),
      () => setTimeout(measureSeconds * 1000),
    )
    progress(`scraped for ${measureSeconds} s`)
    const scraped = await cpuShares(
      pids.map(([, pid]) => pid),
      async () => {
        for (let second = 0; second < measureSeconds; second += scrapeSeconds) {
          await metrics()
          await setTimeout(scrapeSeconds * 1000)
        }
      },
    )
    return pids.map(([name, pid], index) => [
      name,
      {
        ownMb: megabytes(pid, 'RssAnon'),
        fileMb: megabytes(pid, 'RssFile'),
        idlePercent: idle[index]! * 100,
        scrapedPercent: scraped[index]! * 100,
      },
    ])
  } finally {
    await program.stop()
  }
}

function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')
  return Number(child)
}

function megabytes(pid: number, field: 'RssAnon' | 'RssFile'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) * 1024) / 1e6
}

/** Nanoseconds on a CPU of all threads that run; threads of Node do not end meanwhile. */
function cpuNs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, tid) => sum + Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'latin1').split(' ')[0]),
    0,
  )
}

/** CPU seconds a second of each process while `wait` lasts. */
async function cpuShares(pids: readonly number[], wait: () => Promise<unknown>): Promise<number[]> {
  const before = pids.map(cpuNs)
  const begun = performance.now()
  await wait()
  const ns = (performance.now() - begun) * 1e6
  return pids.map((pid, index) => (cpuNs(pid) - before[index]!) / ns)
}
