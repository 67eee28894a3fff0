// Keeps CPU time from decreasing, and leaves out readings that cannot be true. Prometheus would read a decrease as a reset
// and count the whole value as new. The kernel guesses whether an idle CPU spends its time as iowait or as idle and
// corrects the guess later (get_cpu_iowait_time_us), so either value can fall without a reset. node_exporter does the same.
import type { CpuTime } from '../../model/host.ts'

/**
 * A drop of idle time by this much is a reset: before Linux 6.8 a CPU that goes offline and online again restarts its
 * idle time. The number is node_exporter's. Only idle time shows it, because iowait can fall by as long as a CPU sleeps.
 */
const resetSeconds = 3

/**
 * A CPU cannot spend more time in a mode than has passed, except for this: the kernel accounts a long idle phase only at
 * its end, and our own clock and that of the kernel differ a little.
 */
const slackSeconds = 60

/** No host has been up for so long. A counter that wrapped below 0 is far above: 2^64 ns are 584 years. */
const mostSeconds = 100 * 365 * 86_400

interface Shown {
  readonly value: number
  /** When this value was read, milliseconds of `performance.now()`. */
  readonly atMs: number
}

interface Mode {
  /** undefined if no reading was possible so far. */
  readonly shown: Shown | undefined
  /** The last reading, if it rose faster than time passes. A second one that continues it confirms it. */
  readonly jump: Shown | undefined
}

const unknown: Mode = { shown: undefined, jump: undefined }

type Modes = ReadonlyMap<string, Mode>

export class RisingCpuTime {
  readonly #now: () => number
  #last: ReadonlyMap<number, Modes> = new Map()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * The same CPUs, with no value lower than in the previous call, except after a reset. `uptimeSeconds` is the time since
   * the host booted: a value above it is wrong (iowait and steal of some kernels wrap below 0; node_exporter#742, #1686).
   * Instead of a value that is wrong or jumps, the mode keeps its last value; without one it is missing.
   */
  of(times: readonly CpuTime[], uptimeSeconds = mostSeconds): readonly CpuTime[] {
    const atMs = this.#now()
    const limit = Math.min(uptimeSeconds + slackSeconds, mostSeconds)
    this.#last = new Map(
      times.map(({ cpu, seconds }) => {
        const before = isReset(this.#last.get(cpu), seconds) ? undefined : this.#last.get(cpu)
        return [
          cpu,
          new Map(
            [...seconds].map(([mode, value]) => [
              mode,
              value > limit ? (before?.get(mode) ?? unknown) : next(before?.get(mode), { value, atMs }),
            ]),
          ),
        ]
      }),
    )
    return [...this.#last].map(([cpu, modes]) => ({ cpu, seconds: secondsOf(modes) }))
  }
}

function next({ shown, jump }: Mode = unknown, read: Shown): Mode {
  if (shown === undefined || continues(shown, read)) return { shown: read, jump: undefined }
  if (read.value < shown.value) return { shown, jump: undefined }
  return jump !== undefined && continues(jump, read)
    ? { shown: read, jump: undefined }
    : { shown, jump: read }
}

const continues = (before: Shown, now: Shown): boolean =>
  now.value >= before.value && now.value - before.value <= (now.atMs - before.atMs) / 1000 + slackSeconds

const isReset = (last: Modes | undefined, now: ReadonlyMap<string, number>): boolean =>
  (last?.get('idle')?.shown?.value ?? 0) - (now.get('idle') ?? 0) >= resetSeconds

function secondsOf(modes: Modes): Map<string, number> {
  const seconds = new Map<string, number>()
  for (const [mode, { shown }] of modes) if (shown !== undefined) seconds.set(mode, shown.value)
  return seconds
}
