// Finds out which threads of a VM are its vCPUs.
import type { Vcpu } from '../../model/vm.ts'

/** QEMU names its vCPU threads like this with `-name debug-threads=on`, which libvirt sets. */
const threadName = /^CPU (\d+)\/KVM$/

export function vcpusByThreadName(names: ReadonlyMap<number, string>): Vcpu[] {
  return [...names].flatMap(([tid, name]) => {
    const id = threadName.exec(name)?.[1]
    return id === undefined ? [] : [{ id: Number(id), tid }]
  })
}

/** KVM's own limit on x86 (KVM_MAX_VCPUS); other architectures have lower ones. */
const maxVcpus = 4_096

/**
 * One thread per vCPU, in ascending order of id, from the first list that has the vCPU. A list can be incomplete:
 * /proc/kvminfo has the threads with at least one exit, but not vCPUs that the guest has not started yet.
 */
export function mergeVcpus(...lists: readonly (readonly Vcpu[])[]): readonly Vcpu[] {
  const [a, b] = lists
  if (a === undefined || b === undefined || lists.length > 2) return merge(lists)
  const before = merged.get(a)
  if (before?.other === b) return before.vcpus
  const vcpus = merge(lists)
  merged.set(a, { other: b, vcpus })
  return vcpus
}

// Keyed by object: the sources hand out the same lists at each scrape until a vCPU is added or removed.
const merged = new WeakMap<
  readonly Vcpu[],
  { readonly other: readonly Vcpu[]; readonly vcpus: readonly Vcpu[] }
>()

function merge(lists: readonly (readonly Vcpu[])[]): readonly Vcpu[] {
  const [first, ...others] = lists.filter((list) => list.length > 0)
  if (first === undefined) return []
  if (isRising(first) && others.every((list) => isSame(list, first))) return bounded(others[0] ?? first)
  const byId = new Map<number, Vcpu>()
  for (const list of lists) for (const vcpu of list) if (!byId.has(vcpu.id)) byId.set(vcpu.id, vcpu)
  return bounded([...byId.values()].sort((a, b) => a.id - b.id))
}

const bounded = (vcpus: readonly Vcpu[]): readonly Vcpu[] =>
  vcpus.length > maxVcpus ? vcpus.slice(0, maxVcpus) : vcpus

// The usual case: all lists are the same. Nothing needs to be merged, which matters in a scrape of a thousand VMs.
const isRising = (vcpus: readonly Vcpu[]): boolean =>
  vcpus.every((vcpu, at) => at === 0 || vcpus[at - 1]!.id < vcpu.id)

const isSame = (a: readonly Vcpu[], b: readonly Vcpu[]): boolean =>
  a.length === b.length && a.every((vcpu, at) => vcpu.id === b[at]!.id && vcpu.tid === b[at]!.tid)
