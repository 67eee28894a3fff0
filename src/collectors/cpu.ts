// Collector `cpu`: where the host's CPU time goes.
import { hostCpuGuestSeconds, hostCpuSeconds } from '../metrics/host.ts'
import { renderLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

/**
 * Modes that are part of another mode, with that mode. They have a metric of their own, so that a sum over modes counts
 * nothing twice.
 */
const guestModes: ReadonlyMap<string, string> = new Map([
  ['guest', 'user'],
  ['guest_nice', 'nice'],
])

export const cpuCollector: Collector = {
  name: 'cpu',
  description: 'CPU time of the host by CPU and mode',
  enabledByDefault: true,
  metrics: [hostCpuSeconds, hostCpuGuestSeconds],
  collect(snapshot, sink) {
    const times = snapshot.cpuTime().value
    sink.family(hostCpuSeconds)
    for (const { cpu, seconds } of times) {
      for (const [mode, value] of seconds) {
        if (!guestModes.has(mode)) sink.sample(renderLabels({ cpu, mode }), value)
      }
    }
    sink.family(hostCpuGuestSeconds)
    for (const { cpu, seconds } of times) {
      for (const [guestMode, mode] of guestModes) {
        const value = seconds.get(guestMode)
        if (value !== undefined) sink.sample(renderLabels({ cpu, mode }), value)
      }
    }
  },
}
