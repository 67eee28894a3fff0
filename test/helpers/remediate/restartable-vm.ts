// A VM of libvirt on a simulated host, with an IDE disk under load: its definition, its power, its process, which is
// another one after each start, and a guest that may or may not boot on virtio.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  DomainPowerOperation,
  DomainXmlOperation,
  Operation,
  TestDiskOperation,
} from '../../../src/actuator/protocol.ts'
import type { VmExits } from '../../../src/model/exits.ts'
import type { VmIdentity } from '../../../src/model/remediation.ts'
import type { Vm } from '../../../src/model/vm.ts'
import type { Sample } from '../../../src/observe/sample.ts'
import { approve } from '../../../src/remediate/journal/runs.ts'
import type { Engine } from '../../../src/remediate/run/engine.ts'
import { knobOf } from '../../../src/remediate/run/executor.ts'
import { startTick } from '../../../src/sources/process/process.ts'
import { changed, ideGuest, uuidOf } from '../definitions.ts'
import { processFiles } from '../fixture-tree/process.ts'
import { simulatedHost } from './simulated-host.ts'

const uuid = uuidOf(ideGuest)
const mebibyte = 1024 * 1024

/** What libvirt prints of the running domain: the same with the id of the disk. */
const running = changed(
  ideGuest,
  '<serial>W-0001</serial>',
  "<serial>W-0001</serial><alias name='ide0-0-0'/>",
)

/** For a policy: the guest is ready for virtio, and durations are easy to count with. */
export const settings = `
measure: {restart_window: 30s, settle: 1m, boot: 2m, wait_for_load: 2h, placebo: 0}
vms: [{name: web1, virtio_ready: true}]
`

export async function restartableVm(policy = settings) {
  const host = await simulatedHost(policy)
  const { actuator, parts, clock } = host
  const guest = {
    /** Userspace exits per MiB, by the definition it was started with. */
    cost: { ide: 390, virtio: 7 },
    /** MiB a second. */
    load: 10,
    bootsOnVirtio: true,
    hearsAcpi: true,
    /** Whether libvirt can start it on virtio. */
    startsOnVirtio: true,
    /** Whether cutting its power is allowed. */
    mayBeForced: true,
  }
  const state = {
    isOn: true,
    pid: host.vm.pid,
    startNs: host.vm.startNs,
    /** What it was started with. */
    definition: ideGuest,
    /** Since it started. */
    mebibytes: 0,
    userspaceSwitches: 0,
    starts: 0,
  }
  const isVirtio = (): boolean => state.definition !== ideGuest
  const isUp = (): boolean => state.isOn && (!isVirtio() || guest.bootsOnVirtio)

  const identity: VmIdentity = { uuid, pid: state.pid, startTick: startTick(state.startNs) }
  const xml: DomainXmlOperation = { kind: 'domain-xml', vm: identity, from: '', to: '' }
  const power: DomainPowerOperation = {
    kind: 'domain-power',
    vm: identity,
    from: 'running',
    to: 'shut off',
  }
  const testDisk: TestDiskOperation = { kind: 'test-disk', vm: identity, from: 'untested', to: 'read' }
  actuator.live.set(knobOf(testDisk), 'untested')
  /** Both are about the UUID, whatever the process. */
  const knob = ({ kind }: Operation): string => knobOf(kind === 'domain-xml' ? xml : power)
  actuator.live.set(knobOf(xml), ideGuest)
  actuator.live.set(knobOf(power), 'running')

  let last = clock.up
  const run = (): void => {
    const seconds = clock.up - last
    last = clock.up
    if (!isUp()) return
    const done = seconds * guest.load
    state.mebibytes += done
    state.userspaceSwitches += done * (isVirtio() ? guest.cost.virtio : guest.cost.ide)
  }

  /** As libvirt does, whoever asks. */
  function turnOff(): void {
    run()
    state.isOn = false
    actuator.live.set(knobOf(power), 'shut off')
  }
  function turnOn(): void {
    run()
    const definition = actuator.live.get(knobOf(xml)) as string
    Object.assign(state, {
      ...{ isOn: true, definition, mebibytes: 0, userspaceSwitches: 0 },
      ...{ pid: state.pid + 1, startNs: clock.up * 1e9, starts: state.starts + 1 },
    })
    actuator.live.set(knobOf(power), 'running')
    const { procfs } = parts.paths
    for (const [path, text] of processFiles({ ...state, comm: 'qemu-system-x86', cmdline: 'qemu' })) {
      mkdirSync(join(procfs, path, '..'), { recursive: true })
      writeFileSync(join(procfs, path), text)
    }
  }

  const { execute, read } = actuator
  const canonical = (operation: Operation): Operation =>
    operation.kind === 'domain-xml' || operation.kind === 'domain-power'
      ? ({
          ...(operation.kind === 'domain-xml' ? xml : power),
          from: operation.from,
          to: operation.to,
        } as Operation)
      : operation
  actuator.read = (operation) => read(canonical(operation))
  actuator.execute = async (operation) => {
    if (operation.kind !== 'domain-power' || !actuator.isReachable) return execute(canonical(operation))
    const before = actuator.live.get(knob(operation))
    actuator.calls.push(`${operation.to}${operation.force === true ? ' by force' : ''}`)
    const failed = (reason: string) => ({ outcome: 'failed', before, after: before, reason }) as const
    if (before === operation.to) return { outcome: 'done', before, after: before }
    if (operation.to === 'shut off') {
      if (!guest.hearsAcpi && (operation.force !== true || !guest.mayBeForced))
        return failed('the guest has not shut down within 90 s')
      turnOff()
    } else {
      if (actuator.live.get(knobOf(xml)) !== ideGuest && !guest.startsOnVirtio)
        return failed('no such machine')
      turnOn()
    }
    return { outcome: 'done', before, after: operation.to }
  }
  parts.readDomain = async () => ({ xml: running, hasSnapshot: false, hasManagedSave: false, hasJob: false })
  parts.transfers = async () => {
    run()
    return { bytes: state.mebibytes * mebibyte, packets: 0, sentPackets: 0 }
  }
  const { sample } = parts
  parts.sample = async (): Promise<Sample> => {
    const taken = await sample()
    run()
    const [vm] = taken.vms as [Vm]
    const counters = [...taken.exits!.values()][0]!
    const exits: VmExits = {
      ...counters,
      kernelSwitches: counters.kernelSwitches + Math.round(state.mebibytes * 1000),
      userspaceSwitches: counters.userspaceSwitches + Math.round(state.userspaceSwitches),
    }
    const now: Vm = {
      ...vm,
      ...{ label: 'web1', uuid, pid: state.pid, startNs: state.startNs, identitySource: 'libvirt' },
      disks: [
        isVirtio()
          ? { device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'none', format: 'raw' }
          : { device: 'ide0-0-0', target: 'hda', bus: 'ide', cache: 'none', format: 'raw' },
      ],
    }
    return {
      ...taken,
      vms: state.isOn ? [now] : [],
      exits: new Map([[state.pid, { ...exits, pid: state.pid }]]),
    }
  }

  return {
    ...{ host, guest, state, turnOff, turnOn, testDisk },
    /** What libvirt would start it with. */
    definition: () => actuator.live.get(knobOf(xml)) as string,
    setDefinition: (text: string) => actuator.live.set(knobOf(xml), text),
    /** An alert asks for virtio; returns the run. */
    fire(): number {
      const request = {
        action: 'virtio-disk',
        mode: 'propose',
        vm: { ...identity, label: 'web1' },
        device: undefined,
        policySha: 'p1',
      } as const
      return host.fire({ request, labels: { alertname: 'KvmVmEmulatedDisk', vm: 'web1' } })[0]!
    },
    /** A person approves the plan once it is proposed. */
    async approved(id: number): Promise<void> {
      await host.until(id, 'proposed')
      const { planSha } = host.store.run(id)!
      approve(host.journal, id, { who: 'anna', how: 'page', planSha: planSha! }, 86_400_000)
    },
    /** Passes, one each simulated second. */
    async pass(seconds: number, engine: Engine = host.engine): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        await engine.pass()
        await new Promise((resolve) => setImmediate(resolve))
        clock.pass(1000)
      }
    },
  }
}
