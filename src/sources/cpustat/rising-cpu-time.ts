// Keeps CPU time from decreasing. Prometheus would read a decrease as a reset and count the whole value as new. The
// kernel guesses whether an idle CPU spends its time as iowait or as idle and corrects the guess later
// (get_cpu_iowait_time_us), so either value can fall without a reset. node_exporter does the same.
import type { CpuTime } from '../../model/host.ts'

/**
 * A drop of idle time by this much is a reset: before Linux 6.8 a CPU that goes offline and online again restarts its
 * idle time. The number is node_exporter's. Only idle time shows it, because iowait can fall by as long as a CPU sleeps.
 */
const resetSeconds = 3

export class RisingCpuTime {
  #last: ReadonlyMap<number, CpuTime> = new Map()

  /** The same CPUs and modes, with no value lower than in the previous call, except after a reset. */
  of(times: readonly CpuTime[]): readonly CpuTime[] {
    const rising = times.map((now) => {
      const last = this.#last.get(now.cpu)
      return last === undefined || isReset(last, now) ? now : higher(last, now)
    })
    this.#last = new Map(rising.map((time) => [time.cpu, time]))
    return rising
  }
}

const isReset = (last: CpuTime, now: CpuTime): boolean =>
  (last.seconds.get('idle') ?? 0) - (now.seconds.get('idle') ?? 0) >= resetSeconds

const higher = ({ seconds: last }: CpuTime, { cpu, seconds }: CpuTime): CpuTime => ({
  cpu,
  seconds: new Map([...seconds].map(([mode, value]) => [mode, Math.max(value, last.get(mode) ?? 0)])),
})
