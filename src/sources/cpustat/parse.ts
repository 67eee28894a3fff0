// Parses /proc/stat: the lines cpu<N>, in clock ticks of 10 ms (USER_HZ), and the boot time.
import type { CpuTime } from '../../model/host.ts'
import { decimal } from '../decimal.ts'

const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice']
const ticksPerSecond = 100

export function parseCpuTime(text: string): CpuTime[] {
  return [...text.matchAll(/^cpu(\d+) ([\d ]+)$/gm)].map(([, cpu, ticks]) => {
    const values = ticks!.trim().split(' ')
    return {
      cpu: Number(cpu),
      seconds: new Map(
        values.slice(0, modes.length).map((value, mode) => [modes[mode]!, Number(value) / ticksPerSecond]),
      ),
    }
  })
}

/** Seconds since the Unix epoch; undefined if there is no btime line. */
export function parseBootTime(text: string): number | undefined {
  return decimal(/^btime (\d+)$/m.exec(text)?.[1])
}
