// Parses QEMU's answers to `query-stats` (since QEMU 7.1), `query-cpus-fast` and `query-balloon` into the model. Zod
// checks the answers here, so that no other code needs to.
import { z } from 'zod'
import type { Vcpu, VmState } from '../../model/vm.ts'
import { addStatistics, type KvmStatistics, noStatistics, statisticsFrom } from '../exits/kvm-statistics.ts'

const vcpuStatistics = z.array(
  z.object({
    provider: z.string(),
    // A number; other kinds of statistics have a list or a boolean.
    stats: z.array(z.object({ name: z.string(), value: z.unknown() })),
  }),
)

/** Sums over the vCPUs; undefined if a vCPU lacks a statistic, or if KVM reports no vCPU. */
export function parseQueryStats(answer: unknown): KvmStatistics | undefined {
  let sums: KvmStatistics | undefined = noStatistics
  let count = 0
  for (const { provider, stats } of vcpuStatistics.parse(answer)) {
    if (provider !== 'kvm') continue
    const values = new Map<string, number>()
    for (const { name, value } of stats) if (typeof value === 'number') values.set(name, value)
    const one = statisticsFrom(values)
    sums = one === undefined || sums === undefined ? undefined : addStatistics(sums, one)
    count++
  }
  return count === 0 ? undefined : sums
}

/** `query-balloon`: the memory that the balloon leaves to the guest, bytes. */
export function parseQueryBalloon(answer: unknown): number {
  return z.object({ actual: z.int().nonnegative() }).parse(answer).actual
}

const running: ReadonlySet<string> = new Set(['running'])
const migrating: ReadonlySet<string> = new Set(['inmigrate', 'finish-migrate', 'postmigrate'])
const crashed: ReadonlySet<string> = new Set(['guest-panicked', 'internal-error'])

/** `query-status`: QEMU's RunState (qapi/run-state.json). All other states are kinds of a pause. */
export function parseQueryStatus(answer: unknown): VmState {
  const { status } = z.object({ status: z.string() }).parse(answer)
  if (running.has(status)) return 'running'
  if (migrating.has(status)) return 'migrating'
  if (crashed.has(status)) return 'crashed'
  return status === 'shutdown' || status === 'suspended' ? status : 'paused'
}

const maxVcpus = 4_096

const cpus = z
  .array(z.object({ 'cpu-index': z.int().nonnegative(), 'thread-id': z.int().positive() }))
  .max(maxVcpus)

export function parseQueryCpusFast(answer: unknown): Vcpu[] {
  return cpus.parse(answer).map((cpu) => ({ id: cpu['cpu-index'], tid: cpu['thread-id'] }))
}
