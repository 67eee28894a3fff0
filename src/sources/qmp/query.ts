// Asks a QEMU for its vCPU threads, KVM's statistics of them, and its balloon; or for its PCI devices.
import type { Vcpu, VmState } from '../../model/vm.ts'
import { type KvmStatistics, statisticNames } from '../exits/kvm-statistics.ts'
import { type QmpSocket, withQmp } from './connection.ts'
import {
  parseQueryBalloon,
  parseQueryCpusFast,
  parseQueryPci,
  parseQueryStats,
  parseQueryStatus,
} from './parse.ts'
import type { PciDevice } from './pci-device.ts'

export interface QmpAnswer {
  readonly state: VmState
  readonly vcpus: readonly Vcpu[]
  /** The memory that the balloon leaves to the guest, bytes; undefined if the guest has no balloon. */
  readonly balloonBytes: number | undefined
  /** undefined if this QEMU or this kernel lacks a statistic that exits need. */
  readonly statistics: KvmStatistics | undefined
}

/** Throws KvminfoError. QEMU before 7.1 does not have query-stats, so it fails with SOURCE_FAILED. */
export function queryQmp(socket: QmpSocket, deadlineMs: number): Promise<QmpAnswer> {
  return withQmp(socket, deadlineMs, async (ask) => {
    const state = parseQueryStatus(await ask('query-status'))
    const vcpus = parseQueryCpusFast(await ask('query-cpus-fast'))
    const providers = [{ provider: 'kvm', names: statisticNames }]
    const statistics = parseQueryStats(await ask('query-stats', { target: 'vcpu', providers }))
    // QEMU answers with an error if the guest has no balloon device.
    const balloonBytes = await ask('query-balloon').then(parseQueryBalloon, () => undefined)
    return { state, vcpus, statistics, balloonBytes }
  })
}

/** Throws KvminfoError. It interrupts no vCPU. */
export function queryPci(socket: QmpSocket, deadlineMs: number): Promise<PciDevice[]> {
  return withQmp(socket, deadlineMs, async (ask) => parseQueryPci(await ask('query-pci')))
}
