// Keeps CPU time from stepping back, which Prometheus would take for a reset, and all of it for new. The kernel books
// what an idle CPU spends as iowait or as idle by a guess that it changes later (get_cpu_iowait_time_us), so either may
// fall without anything having been reset. node_exporter does the same.
import type { CpuTime } from '../../model/host.ts'

/**
 * A CPU that was taken out and put back starts its idle time anew (before Linux 6.8): that is a reset. node_exporter's
 * number. Only idle tells, as iowait may step back by as long as a CPU sleeps.
 */
const resetSeconds = 3

export class RisingCpuTime {
  #last: ReadonlyMap<number, CpuTime> = new Map()

  /** The same CPUs and modes, none of them lower than at the call before. */
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
