// What monitors cost while they update their screens, in real terminals.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { TerminalSession } from '../helpers/terminal-session.ts'
import type { Progress } from './part.ts'

export interface Monitor {
  readonly name: string
  readonly command: readonly string[]
  /** A part of its command line. */
  readonly process: string
  /** What changes on its screen at every update. */
  readonly clock: RegExp
  /** Pressed once its screen is there. */
  readonly key?: string
  /** What its screen must show before it is measured. */
  readonly shows?: RegExp
}

export interface Cost {
  /** CPU time of one update of the screen, milliseconds. */
  readonly msPerUpdate: number
  readonly mb: number
}

/** The number of samples in the header of `kvminfo top`. */
export const kvminfoClock = /Samples (\d+)/

const pollMs = 100
const deadlineMs = 60_000

/** One after the other, because otherwise they would wait for each other. */
export async function measureMonitors(
  monitors: readonly Monitor[],
  updates: number,
  progress: Progress,
): Promise<Cost[]> {
  const home = mkdtempSync(join(tmpdir(), 'kvminfo-bench-home-'))
  const costs: Cost[] = []
  try {
    for (const monitor of monitors) {
      progress(`${monitor.name}: ${updates} updates`)
      // htop writes its settings into the home directory.
      const session = new TerminalSession(monitor.command, {
        columns: 200,
        rows: 50,
        environment: { HOME: home },
      })
      try {
        costs.push(await cost(session, monitor, updates))
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
async function cost(
  session: TerminalSession,
  { name, process, clock, key, shows = clock }: Monitor,
  updates: number,
): Promise<Cost> {
  await session.shows(clock)
  if (key !== undefined) session.type(key)
  await session.shows(shows)
  const pid = session.pidOf(process)
  let screen = session.screen
  const nextUpdate = async (): Promise<void> => {
    const before = clock.exec(screen)?.[1]
    for (const endMs = Date.now() + deadlineMs; clock.exec(screen)?.[1] === before; screen = session.screen) {
      if (Date.now() > endMs) throw new Error(`${name} has not updated its screen for a minute:\n${screen}`)
      await setTimeout(pollMs)
    }
  }
  await nextUpdate()
  const from = cpuSeconds(pid)
  for (let update = 0; update < updates; update++) await nextUpdate()
  return { msPerUpdate: ((cpuSeconds(pid) - from) / updates) * 1000, mb: residentMb(pid) }
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
