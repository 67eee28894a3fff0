// A fixture tree on which time goes on: at each step the counters rise as each VM's way of life demands.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { debugfsFiles } from './fixture-tree/debugfs.ts'
import { kvminfoText, taskinfoText } from './fixture-tree/modules.ts'
import type { FixtureVm } from './fixture-tree/vm.ts'
import { type FixtureOptions, type FixtureTree, writeFixtureTree, writeVm } from './fixture-tree.ts'

/** Per second. */
export interface VmLife {
  readonly kernelSwitches: number
  readonly userspaceSwitches: number
  readonly io: number
  /** CPU seconds of each vCPU, and those it waited for a CPU. */
  readonly cpu: number
  readonly runDelay: number
  /** Seconds that all vCPUs together waited for QEMU. */
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

  /** `busy` of the host's time was not idle. */
  advance(seconds: number, lifeOf: (vm: FixtureVm) => VmLife, busy = 0.5): void {
    this.#vms = this.#vms.map((vm) => aged(vm, lifeOf(vm), seconds))
    this.#cpuSeconds += seconds
    this.#write(busy)
  }

  /** The VM ends, and `later` is started with its process id, if given. */
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
    const others = Array.from({ length: this.#options.others ?? 20 }, (_, index) => 300 + index)
    if (this.#options.kvminfo !== false) put(join(paths.procfs, 'kvminfo'), kvminfoText(this.#vms))
    if (this.#options.taskinfo !== false) put(join(paths.procfs, 'taskinfo'), taskinfoText(this.#vms, others))
    if (this.#options.debugfs !== false && this.#options.kvminfo === false) {
      for (const vm of this.#vms)
        for (const [path, text] of debugfsFiles(vm)) put(join(paths.sysfs, path), text)
    }
    put(join(paths.procfs, 'stat'), statText(this.#cpuSeconds, busy))
  }
}

/** In one step, as the kernel makes such a file anew for each reader. */
function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

function aged(vm: FixtureVm, life: VmLife, seconds: number): FixtureVm {
  const kernelSwitches = vm.kernelSwitches + Math.round(life.kernelSwitches * seconds)
  const userspaceSwitches = vm.userspaceSwitches + Math.round(life.userspaceSwitches * seconds)
  const rise = (life.kernelSwitches + life.userspaceSwitches) * seconds
  return {
    ...vm,
    kernelSwitches,
    userspaceSwitches,
    io: vm.io + Math.round(life.io * seconds),
    kernelNs: vm.kernelNs + Math.round(life.kernelSwitches * 2_000 * seconds),
    haltNs: vm.haltNs + Math.round(Math.max(0, vm.vcpus.length * (1 - life.cpu)) * 1e9 * seconds),
    userspaceNs: vm.userspaceNs + Math.round(life.userspaceWait * 1e9 * seconds),
    // A half of its exits for the first reason, a quarter for the next, …
    reasons: vm.reasons.map(([name, count], place) => [name, count + Math.round(rise / 2 ** (place + 1))]),
    vcpus: vm.vcpus.map((thread) => ({
      ...thread,
      execNs: thread.execNs + Math.round(life.cpu * 1e9 * seconds),
      runDelayNs: thread.runDelayNs + Math.round(life.runDelay * 1e9 * seconds),
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
