// What to do about a VM or a host, with the reason.
import type { ObservedVm } from '../collect/observed.ts'
import type { Action, HostReport, Limits, Trend, VmReport } from '../document.ts'
import { bytesText, dateText, daysText, numberText, percentText, rangeText } from '../format.ts'

/** vCPUs that must be saved for a change to be worth an interruption: a hundredth of one. Our choice. */
export const worthwhile = 0.01
const urgentDays = 30

type Judged = Omit<VmReport, 'actions'>

/** `anonymousHugeShare`: of the host's VM memory that is in transparent huge pages. */
export function vmActions(
  vm: Judged,
  { now }: ObservedVm,
  host: { readonly anonymousHugeShare: number | null; readonly memoryLeft: number | null },
  limits: Limits,
): Action[] {
  if (!vm.isRunning) return []
  const actions: Action[] = []
  const add = (action: Action['action'], reason: string, weight: number) =>
    actions.push({ action, host: vm.host, vm: vm.name, reason, weight })

  addVirtio(vm, add)
  const slow = now.nics.filter(({ model, hasVhost }) => model === 'virtio' && hasVhost === false)
  if (slow.length > 0 && (vm.waitPerCpu ?? 0) >= 0.01) {
    const names = slow.map(({ device }) => device).join(', ')
    add(
      'vhost-net',
      `QEMU itself carries the data of ${names}; waits for QEMU ${percentText(vm.waitPerCpu!)} of its CPU time`,
      20,
    )
  }
  if (vm.runDelay !== null && vm.runDelay.p95 >= limits.runDelayHigh) {
    const { recommended, now: tier, reason } = vm.tier
    if (recommended !== null && tier !== null && recommended > tier) add('sched-tier', reason, 60)
    else if (tier === 1) add('cpu-weight', reason, 50)
  }
  const { size, memory } = vm
  if (size.cpu === 'too-small')
    add('more-vcpus', `${vm.vcpus} to ${size.vcpus} vCPUs: ${size.evidence[0]}`, 40)
  if (size.cpu === 'too-big')
    add('fewer-vcpus', `${vm.vcpus} to ${size.vcpus} vCPUs: ${size.evidence[0]}`, 10)
  if (size.memory === 'too-big') {
    add(
      'less-memory',
      `${bytesText(memory.given!)} to ${bytesText(size.bytes!)}: ${size.evidence.at(-1)}`,
      10,
    )
  }
  const ordinary = (memory.heldMax ?? 0) - (memory.hugePages ?? 0)
  const isSmallPaged =
    (host.anonymousHugeShare ?? 1) < limits.hugepagesBacked && (memory.hugePages ?? 0) === 0
  if (isSmallPaged && ordinary >= limits.memoryBig && (vm.cpu?.mean ?? 0) >= limits.cpuActive) {
    add('hugepages', `busy, with ${bytesText(ordinary)} in 4 KiB pages`, 30)
  }
  const kept = memory.given === null || memory.balloonMin === null ? 0 : memory.given - memory.balloonMin
  if (kept > limits.balloonHeld * (memory.given ?? 0) && (host.memoryLeft ?? 0) > kept) {
    add('balloon-deflate', `its balloon keeps ${bytesText(kept)} from it, and the host has enough`, 20)
  }
  return actions
}

function addVirtio(
  vm: Judged,
  add: (action: Action['action'], reason: string, weight: number) => void,
): void {
  const { saving, emulatedDisks, emulatedNics, diskWait, nicWait } = vm
  const named = (names: readonly string[]) => names.join(', ')
  if (saving === null) {
    // Without the module nothing measures the wait, but the class says that QEMU gets too many of the exits.
    if (vm.class !== 'emulated-io' && vm.class !== 'mixed') return
    const reason = `class ${vm.class}, with ${numberText(vm.exits ?? 0)} exits a second; the wait for QEMU is not measured`
    if (emulatedDisks.length > 0) add('virtio-disk', `${named(emulatedDisks)}: ${reason}`, 45)
    if (emulatedNics.length > 0) add('virtio-nic', `${named(emulatedNics)}: ${reason}`, 45)
    return
  }
  if (saving.high < worthwhile) return
  const total = (diskWait ?? 0) + (nicWait ?? 0)
  const share = (wait: number | null, has: boolean) =>
    saving.isByDevice ? (total === 0 ? 0 : (wait ?? 0) / total) : has ? 1 : 0
  const reason = (of: number) =>
    `would save ${rangeText(saving.low * of, saving.high * of)} vCPUs of waiting for QEMU`
  for (const [action, names, wait] of [
    ['virtio-disk', emulatedDisks, diskWait],
    ['virtio-nic', emulatedNics, nicWait],
  ] as const) {
    const part = share(wait, names.length > 0)
    if (names.length === 0 || saving.high * part < worthwhile) continue
    add(action, `${named(names)}: ${reason(part)}`, 45 + Math.min(30, saving.high * part * 30))
  }
}

export function hostActions(
  host: Omit<HostReport, 'findings'>,
  ksmShare: number | null,
  limits: Limits,
): Action[] {
  if (!host.isCurrent) return []
  const actions: Action[] = []
  const add = (action: Action['action'], reason: string, weight: number) =>
    actions.push({ action, host: host.name, vm: null, reason, weight })
  const { cpu, memory, hugePages } = host.trends
  addTrend(cpu, 'CPU near its peak', percentText, (reason, weight) =>
    add(cpu.outcome === 'reached' ? 'move-vms' : 'more-cpus', reason, weight),
  )
  addTrend(memory, 'available memory', bytesText, (reason, weight) =>
    add(memory.outcome === 'reached' ? 'move-vms' : 'more-memory', reason, weight),
  )
  if (hugePages !== null) {
    // An empty pool is what many operators want, so only one that will run out is worth a line.
    if (hugePages.outcome === 'expected') {
      addTrend(hugePages, 'the free part of the pool of huge pages', bytesText, (reason, weight) =>
        add('more-huge-pages', reason, weight),
      )
    }
  }
  if ((host.busy?.p95 ?? 0) > limits.hostCpuHigh && (ksmShare ?? 0) > 0.5) {
    add('ksm-off', `KSM merges while ${percentText(host.busy!.p95)} of the CPU time is in use`, 35)
  }
  return actions
}

function addTrend(
  trend: Trend,
  what: string,
  text: (value: number) => string,
  add: (reason: string, weight: number) => void,
): void {
  if (trend.outcome === 'reached')
    add(`${what} is at ${text(trend.level!)}, past the limit of ${text(trend.limit)}`, 100)
  if (trend.outcome !== 'expected') return
  const reason = `${what} reaches the limit of ${text(trend.limit)} in ${daysText(trend.days!)} (90 %: ${dateText(trend.dateLow!)} to ${dateText(trend.dateHigh!)})`
  add(reason, trend.days! <= urgentDays ? 90 - trend.days! / 10 : 55)
}
