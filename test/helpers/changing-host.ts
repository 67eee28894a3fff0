// A fixture tree in which time passes: at each step the counters increase at each VM's rates.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { debugfsFiles } from './fixture-tree/debugfs.ts'
import { kvminfoText, taskinfoText } from './fixture-tree/modules.ts'
import type { FixtureVm } from './fixture-tree/vm.ts'
import { type FixtureOptions, type FixtureTree, writeFixtureTree, writeVm } from './fixture-tree.ts'

/** What a VM does per second. */
export interface VmLife {
  readonly kernelSwitches: number
  readonly userspaceSwitches: number
  readonly io: number
  /** Seconds that each vCPU runs, and seconds that it waits for a CPU. */
  readonly cpu: number
  readonly runDelay: number
  /** Seconds that all vCPUs together wait for QEMU. */
  readonly userspaceWait: number
}

export class ChangingHost {
  readonly tree: FixtureTree
  readonly #options: FixtureOptions
  #vms: readonly FixtureVm[]
  #cpuSeconds = 0

  constructor(root: string, options: FixtureOptions) {
    this.#options = options
    this.tree = writeFixtureTree(root, options)
    this.#vms = this.tree.vms
  }

  get vms(): readonly FixtureVm[] {
    return this.#vms
  }

  /** Advances time by `seconds`. `busy` is the share of the host's CPU time that is not idle. */
  advance(seconds: number, lifeOf: (vm: FixtureVm) => VmLife, busy = 0.5): void {
    this.#vms = this.#vms.map((vm) => aged(vm, lifeOf(vm), seconds))
    this.#cpuSeconds += seconds
    this.#write(busy)
  }

  /** Ends the VM `name`. Starts `later`, if given, with the same process id. */
  end(name: string, later?: FixtureVm): void {
    const { paths } = this.tree
    const ended = this.#vms.find((vm) => vm.name === name)
    if (ended === undefined) throw new Error(`no VM ${name}`)
    rmSync(join(paths.procfs, String(ended.pid)), { recursive: true })
    rmSync(join(paths.rundir, `libvirt/qemu/${name}.xml`), { force: true })
    if (later !== undefined) writeVm(paths, later, this.#options)
    this.#vms = this.#vms.flatMap((vm) => (vm !== ended ? vm : (later ?? [])))
    this.#write(0.5)
  }

  #write(busy: number): void {
    const { paths } = this.tree
    const vms = this.#vms.map(whole)
    const others = Array.from({ length: this.#options.others ?? 20 }, (_, index) => 300 + index)
    if (this.#options.kvminfo !== false) put(join(paths.procfs, 'kvminfo'), kvminfoText(vms))
    if (this.#options.taskinfo !== false) put(join(paths.procfs, 'taskinfo'), taskinfoText(vms, others))
    if (this.#options.debugfs !== false && this.#options.kvminfo === false) {
      for (const vm of vms) for (const [path, text] of debugfsFiles(vm)) put(join(paths.sysfs, path), text)
    }
    put(join(paths.procfs, 'stat'), statText(this.#cpuSeconds, busy))
  }
}

/** Replaces the file in one step, because the kernel generates such a file for each reader. */
function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

/** Counts have fractions, so that a slow counter increases even if the steps are short. */
function aged(vm: FixtureVm, life: VmLife, seconds: number): FixtureVm {
  const rise = (life.kernelSwitches + life.userspaceSwitches) * seconds
  return {
    ...vm,
    kernelSwitches: vm.kernelSwitches + life.kernelSwitches * seconds,
    userspaceSwitches: vm.userspaceSwitches + life.userspaceSwitches * seconds,
    io: vm.io + life.io * seconds,
    kernelNs: vm.kernelNs + life.kernelSwitches * 2_000 * seconds,
    haltNs: vm.haltNs + Math.max(0, vm.vcpus.length * (1 - life.cpu)) * 1e9 * seconds,
    userspaceNs: vm.userspaceNs + life.userspaceWait * 1e9 * seconds,
    // Half of its exits have the first reason, a quarter the second, and so on.
    reasons: vm.reasons.map(([name, count], place) => [name, count + rise / 2 ** (place + 1)]),
    // The same for the addresses of its userspace exits; all take the same time.
    accesses: vm.accesses.map(([key, count, ns], place) => [
      key,
      count + (life.userspaceSwitches * seconds) / 2 ** (place + 1),
      ns + (life.userspaceWait * 1e9 * seconds) / 2 ** (place + 1),
    ]),
    vcpus: vm.vcpus.map((thread) => ({
      ...thread,
      execNs: thread.execNs + life.cpu * 1e9 * seconds,
      runDelayNs: thread.runDelayNs + life.runDelay * 1e9 * seconds,
    })),
  }
}

/** The VM with whole numbers, as the host shows it. */
function whole(vm: FixtureVm): FixtureVm {
  return {
    ...vm,
    kernelSwitches: Math.floor(vm.kernelSwitches),
    userspaceSwitches: Math.floor(vm.userspaceSwitches),
    io: Math.floor(vm.io),
    kernelNs: Math.floor(vm.kernelNs),
    haltNs: Math.floor(vm.haltNs),
    userspaceNs: Math.floor(vm.userspaceNs),
    reasons: vm.reasons.map(([name, count]) => [name, Math.floor(count)]),
    accesses: vm.accesses.map(([key, count, ns]) => [key, Math.floor(count), Math.floor(ns)]),
    vcpus: vm.vcpus.map((thread) => ({
      ...thread,
      execNs: Math.floor(thread.execNs),
      runDelayNs: Math.floor(thread.runDelayNs),
    })),
  }
}

/** Two CPUs, in clock ticks of 10 ms. */
function statText(seconds: number, busy: number): string {
  const line = (name: string, cpus: number) => {
    const ticks = Math.round(seconds * 100) * cpus
    const user = 20_000 + Math.round(ticks * busy)
    return `${name} ${user} 0 0 ${100_000 + ticks - Math.round(ticks * busy)} 0 0 0 0 0 0\n`
  }
  return `${line('cpu ', 2)}${line('cpu0', 1)}${line('cpu1', 1)}btime 1795404403\n`
}
