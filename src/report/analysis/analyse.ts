// From what was read to the report.
import type { Observed, ObservedHost } from '../collect/observed.ts'
import type { Action, ClassCounts, Fleet, HostReport, Report, VmReport } from '../document.ts'
import type { Bucket } from '../statistics/buckets.ts'
import { bucketsOf } from '../statistics/buckets.ts'
import { hostActions, vmActions } from './advice.ts'
import { remediationOf } from './effects.ts'
import { type FitVm, planFit } from './fit.ts'
import { coverage, gapsOf } from './gaps.ts'
import { type HostLoad, hostFigures, isCurrent } from './host-figures.ts'
import { limitsFrom } from './limits.ts'
import { residualOf } from './savings.ts'
import { tierOf } from './tier.ts'
import { endOf, isoTime } from './times.ts'
import { exitFigures, lastKnown, meanOver, vmFigures } from './vm-figures.ts'
import { type UnadvisedVm, unadvised } from './vm-report.ts'

export interface About {
  readonly version: string
  /** Seconds since the Unix epoch. */
  readonly generated: number
  readonly prometheus: string
  readonly match: readonly string[]
}

export function analyse(observed: Observed, about: About): Report {
  const { grid, hosts, vms } = observed
  const limits = limitsFrom(observed.thresholds)
  const buckets = bucketsOf(grid)
  const figures = vms.map((vm) => vmFigures(vm, limits))
  const residual = residualOf(vms.map((vm, index) => [vm, figures[index]!] as const))
  const found = vms.map((vm, index) => unadvised(observed, vm, figures[index]!, residual, limits))
  const loads = hosts.map((_, index) => loadOf(observed, found, index))
  const classes = classDays(observed, buckets)

  const figuredHosts = hosts.map((host, index) => ({
    name: host.name,
    isCurrent: isCurrent(grid, host),
    lastSeen: host.lastIndex < 0 ? null : isoTime(endOf(grid, host.lastIndex)),
    kernel: host.now.kernel,
    cpuModel: host.now.cpuModel,
    coverage: coverage(host),
    vms: found.filter((vm) => vm.isRunning && vm.host === host.name).length,
    classes: countClasses(found.filter((vm) => vm.isRunning && vm.host === host.name)),
    vcpus: loads[index]!.vcpus,
    ...hostFigures(observed, host, index, loads[index]!, limits, buckets),
    findings: host.now.findings,
  }))
  const byName = new Map(
    figuredHosts.map((host, index) => [host.name, { host, observed: hosts[index]!, load: loads[index]! }]),
  )
  const vmReports = found.map((vm, index): VmReport => {
    const { host, observed: seen, load } = byName.get(vm.host)!
    const tier = tierOf(vms[index]!.now.scheduling, figures[index]!, host.realtime?.left ?? null, limits)
    const around = { anonymousHugeShare: hugeShare(seen, load), memoryLeft: host.headRoom.memory }
    return { ...vm, tier, actions: vmActions({ ...vm, tier }, vms[index]!, around, limits) }
  })
  const ofHosts = figuredHosts.flatMap((host, index) =>
    hostActions(host, meanOver(hosts[index]!.series.ksm.map((run) => (run === 1 ? 1 : 0))), limits),
  )
  return {
    format: 1,
    version: about.version,
    generated: isoTime(about.generated),
    prometheus: about.prometheus,
    match: about.match,
    range: { from: isoTime(grid.from), to: isoTime(grid.to), stepSeconds: grid.step },
    limits,
    warnings: observed.warnings,
    gaps: gapsOf(observed),
    fleet: fleetOf(figuredHosts, vmReports, classes),
    actions: byWeight([...ofHosts, ...vmReports.flatMap(({ actions }) => actions)]),
    hosts: figuredHosts,
    vms: vmReports,
    fit: fitOf(observed, figuredHosts, vmReports),
    remediation: remediationOf(observed),
  }
}

const byWeight = (actions: readonly Action[]): Action[] => actions.toSorted((a, b) => b.weight - a.weight)

function loadOf({ vms, hosts }: Observed, found: readonly UnadvisedVm[], host: number): HostLoad {
  const name = hosts[host]!.name
  let [vcpus, given, resident] = [0, 0, 0]
  for (const [index, vm] of found.entries()) {
    if (!vm.isRunning || vm.host !== name) continue
    const held = lastKnown(vms[index]!.series.resident) ?? 0
    const hasPool = (vm.memory.hugePages ?? 0) > 0
    vcpus += vm.vcpus ?? 0
    given += hasPool ? held : Math.max(vm.memory.given ?? 0, held)
    resident += held
  }
  return { vcpus, given, resident }
}

/** Of the VMs' ordinary memory, the share in transparent huge pages. */
function hugeShare({ series }: ObservedHost, { resident }: HostLoad): number | null {
  const huge = lastKnown(series.anonymousHuge)
  return huge === null || resident === 0 ? null : huge / resident
}

const noClasses = (): Record<keyof ClassCounts, number> => ({
  'emulated-io': 0,
  mixed: 0,
  'in-kernel-io': 0,
  'near-native': 0,
  idle: 0,
  unknown: 0,
})

function countClasses(vms: readonly Pick<VmReport, 'class'>[]): ClassCounts {
  const counts = noClasses()
  for (const { class: name } of vms) counts[name] += 1
  return counts
}

/** A VM counts on each day on which its exits are known for at least one step. */
function classDays({ vms }: Observed, buckets: readonly Bucket[]): Fleet['classDays'] {
  return buckets.map(({ time, begin, end }) => {
    const classes = noClasses()
    for (const { series } of vms) {
      const { class: name } = exitFigures(series, begin, end)
      if (name !== 'unknown') classes[name] += 1
    }
    return { time: isoTime(time), classes }
  })
}

function fleetOf(hosts: readonly HostReport[], vms: readonly VmReport[], days: Fleet['classDays']): Fleet {
  const running = vms.filter((vm) => vm.isRunning)
  const sum = <Of>(items: readonly Of[], of: (item: Of) => number | null | undefined) =>
    items.reduce((total, item) => total + (of(item) ?? 0), 0)
  const savings = running.flatMap(({ saving }) => saving ?? [])
  const waiting = running.filter(({ wait }) => wait !== null)
  return {
    hosts: hosts.length,
    silentHosts: hosts.filter((host) => !host.isCurrent).length,
    vms: running.length,
    endedVms: vms.length - running.length,
    vcpus: sum(running, ({ vcpus }) => vcpus),
    cpus: sum(hosts, ({ cpus }) => cpus),
    classes: countClasses(running),
    classDays: days,
    wait: waiting.length === 0 ? null : sum(waiting, ({ wait }) => wait),
    saved:
      savings.length === 0
        ? null
        : { low: sum(savings, ({ low }) => low), high: sum(savings, ({ high }) => high) },
  }
}

function fitOf(
  { vms: observedVms }: Observed,
  hosts: readonly HostReport[],
  vms: readonly VmReport[],
): Report['fit'] {
  const usable = hosts.filter(
    ({ isCurrent: has, headRoom }) => has && headRoom.cpus !== null && headRoom.memory !== null,
  )
  const names = new Set(usable.map(({ name }) => name))
  const known: FitVm[] = []
  const unknown: Omit<FitVm, 'needs'>[] = []
  for (const [index, vm] of vms.entries()) {
    if (!vm.isRunning || !names.has(vm.host)) continue
    const { given, heldMax, hugePages } = vm.memory
    const memory = Math.max(given ?? 0, heldMax ?? 0)
    if (vm.cpu === null || memory === 0) {
      unknown.push({ name: vm.name, host: vm.host })
      continue
    }
    const inPool = (hugePages ?? 0) > 0
    const realtimeVcpus = observedVms[index]!.now.scheduling.realtimeVcpus
    const needs = {
      cpu: vm.cpu.p95,
      memory: inPool ? 0 : memory,
      hugePages: inPool ? hugePages! : 0,
      realtimeVcpus,
    }
    known.push({ name: vm.name, host: vm.host, needs })
  }
  const rooms = usable.map(({ name, headRoom }) => ({
    name,
    room: {
      cpu: headRoom.cpus!,
      memory: headRoom.memory!,
      hugePages: headRoom.hugePages ?? 0,
      realtimeVcpus: headRoom.realtimeVcpus ?? 0,
    },
  }))
  return planFit(rooms, known, unknown)
}
