// Parses `virsh domstats --vcpu --balloon --raw`: a line `Domain: '<name>'`, then indented `key=value` lines.
import { addStatistics, type KvmStatistics, noStatistics, statisticsFrom } from '../exits/kvm-statistics.ts'

export interface DomainStatistics {
  /** Sums over the vCPUs; undefined if a vCPU lacks a statistic (QEMU before 7.1, libvirt before 8.9, no KVM). */
  readonly statistics: KvmStatistics | undefined
  /** The memory that the balloon leaves to the guest, bytes. */
  readonly balloonBytes: number | undefined
}

/** By domain name. */
export function parseDomstats(text: string): Map<string, DomainStatistics> {
  const domains = new Map<string, DomainStatistics>()
  let name: string | undefined
  let vcpus = new Map<string, Map<string, number>>()
  let balloonBytes: number | undefined
  const finish = () => {
    if (name !== undefined) domains.set(name, { statistics: sumOf(vcpus), balloonBytes })
    vcpus = new Map()
    balloonBytes = undefined
  }
  for (const line of text.split('\n')) {
    const domain = /^Domain: '(.*)'$/.exec(line)?.[1]
    if (domain !== undefined) {
      finish()
      name = domain
      continue
    }
    const balloonKib = /^ {2}balloon\.current=(\d+)$/.exec(line)?.[1]
    if (balloonKib !== undefined) balloonBytes = Number(balloonKib) * 1024
    // libvirt 8.9 and later print vcpu.<n>.<statistic>.sum.
    const [, vcpu, statistic, value] = /^ {2}vcpu\.(\d+)\.([a-z0-9_]+)\.sum=(\d+)$/.exec(line) ?? []
    if (vcpu === undefined) continue
    const values = vcpus.get(vcpu) ?? new Map<string, number>()
    vcpus.set(vcpu, values.set(statistic!, Number(value)))
  }
  finish()
  return domains
}

function sumOf(vcpus: ReadonlyMap<string, ReadonlyMap<string, number>>): KvmStatistics | undefined {
  if (vcpus.size === 0) return undefined
  let sums = noStatistics
  for (const values of vcpus.values()) {
    const one = statisticsFrom(values)
    if (one === undefined) return undefined
    sums = addStatistics(sums, one)
  }
  return sums
}
