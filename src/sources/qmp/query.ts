// What is asked of a QEMU: its vCPU threads and KVM's statistics of them.
import type { Vcpu } from '../../model/vm.ts'
import { type KvmStatistics, statisticNames } from '../exits/kvm-statistics.ts'
import { type QmpSocket, withQmp } from './connection.ts'
import { parseQueryBalloon, parseQueryCpusFast, parseQueryStats } from './parse.ts'

export interface QmpAnswer {
  readonly vcpus: readonly Vcpu[]
  /** What the balloon leaves to the guest, bytes; undefined where it has none. */
  readonly balloonBytes: number | undefined
  /** undefined where this QEMU or this kernel does not count what we need. */
  readonly statistics: KvmStatistics | undefined
}

/** Throws KvminfoError. QEMU before 7.1 does not know query-stats and fails it. */
export function queryQmp(socket: QmpSocket, deadlineMs: number): Promise<QmpAnswer> {
  return withQmp(socket, deadlineMs, async (ask) => {
    const vcpus = parseQueryCpusFast(await ask('query-cpus-fast'))
    const providers = [{ provider: 'kvm', names: statisticNames }]
    const statistics = parseQueryStats(await ask('query-stats', { target: 'vcpu', providers }))
    // QEMU fails this where the guest has no balloon device.
    const balloonBytes = await ask('query-balloon').then(parseQueryBalloon, () => undefined)
    return { vcpus, statistics, balloonBytes }
  })
}
