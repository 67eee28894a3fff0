// A host like an operator's, for the pictures in the README: VMs of every class, some of them tuned.
import type { VmLife } from '../helpers/changing-host.ts'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'

interface Machine {
  readonly name: string
  readonly isVirtio: boolean
  readonly fifoPriority?: number
  /** Exits per second, and the share of them that is handled in KVM. */
  readonly switches: number
  readonly ratio: number
  /** Port I/O that KVM handles itself, as a share of the exits: virtio kicks. */
  readonly kicks?: number
  /** CPU seconds per second of each vCPU. */
  readonly cpu: number
}

const machines: readonly Machine[] = [
  { name: 'erp-win2003', isVirtio: false, switches: 5_400, ratio: 0.45, cpu: 0.41 },
  { name: 'files-win2008', isVirtio: false, switches: 3_100, ratio: 0.585, cpu: 0.22 },
  { name: 'mail', isVirtio: false, switches: 2_300, ratio: 0.7, cpu: 0.3 },
  { name: 'ci-runner-1', isVirtio: true, switches: 8_900, ratio: 0.84, cpu: 0.87 },
  { name: 'ci-runner-2', isVirtio: true, switches: 7_700, ratio: 0.87, cpu: 0.81 },
  { name: 'web-1', isVirtio: true, switches: 14_200, ratio: 0.985, kicks: 0.17, cpu: 0.36 },
  { name: 'web-2', isVirtio: true, switches: 13_800, ratio: 0.984, kicks: 0.16, cpu: 0.34 },
  {
    name: 'db-primary',
    isVirtio: true,
    fifoPriority: 10,
    switches: 31_000,
    ratio: 0.993,
    kicks: 0.34,
    cpu: 0.74,
  },
  { name: 'db-replica', isVirtio: true, switches: 18_500, ratio: 0.991, kicks: 0.29, cpu: 0.31 },
  { name: 'cache-1', isVirtio: true, switches: 22_400, ratio: 0.979, cpu: 0.28 },
  { name: 'build-arm-cross', isVirtio: true, switches: 1_900, ratio: 0.957, cpu: 0.95 },
  { name: 'jump', isVirtio: true, switches: 42, ratio: 0.93, cpu: 0.01 },
  { name: 'template-debian', isVirtio: true, switches: 18, ratio: 0.9, cpu: 0.004 },
]

/** VMs beyond the list get a number as their name and do little. */
function machineOf(index: number): Machine {
  const known = machines[index]
  if (known !== undefined) return known
  const ratios = [0.55, 0.72, 0.88, 0.95, 0.98, 0.985, 0.99, 0.995]
  return {
    name: `vm-${String(index).padStart(4, '0')}`,
    isVirtio: index % 7 !== 0,
    switches: index % 3 === 0 ? 30 : 300 + (index % 50) * 150,
    ratio: ratios[index % ratios.length]!,
    cpu: index % 3 === 0 ? 0.01 : 0.1 + (index % 9) / 12,
  }
}

export const knownMachines = machines.length

export function shape(vm: FixtureVm): FixtureVm {
  const { name, isVirtio, fifoPriority } = machineOf(vm.index)
  const vcpus = vm.vcpus.map((thread) => ({
    ...thread,
    ...(fifoPriority !== undefined && { fifoPriority }),
  }))
  return { ...vm, name, isVirtio, vcpus }
}

/** What a VM does at time `at`, in seconds: its usual activity, which varies a little. */
export function lifeAt(at: number, { index, vcpus }: FixtureVm): VmLife {
  const { switches, ratio, kicks = 0, cpu } = machineOf(index)
  const wave = 1 + 0.18 * Math.sin(at / 23 + index) + 0.1 * Math.sin(at / 4 + index * 3)
  // A backup, all of it through the emulated disk.
  const burst = index === 2 && at % 150 > 90 ? 2.2 : 1
  const perSecond = switches * wave * burst
  const inKvm = (burst > 1 ? 0.52 : ratio) + 0.012 * Math.sin(at / 9 + index)
  const userspaceSwitches = perSecond * Math.max(0.002, 1 - inKvm)
  return {
    kernelSwitches: perSecond - userspaceSwitches,
    userspaceSwitches,
    io: userspaceSwitches * 0.95 + perSecond * kicks,
    cpu: Math.min(0.98, cpu * wave),
    runDelay: Math.min(0.3, cpu * cpu * 0.12 * wave),
    userspaceWait: userspaceSwitches * 0.00007 * vcpus.length,
  }
}
