// An actuator on a fixture tree with fake scheduling: one VM with one vCPU on a host with two CPUs, unless told otherwise.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Actuator } from '../../src/actuator/actuator.ts'
import { type Limits, shippedLimits } from '../../src/actuator/limits.ts'
import type { Scheduling, ThreadSchedulingOperation } from '../../src/actuator/protocol.ts'
import type { VmIdentity } from '../../src/model/remediation.ts'
import { fakeDomains } from './fake-domains.ts'
import { fakeScheduler, other, rr1 } from './fake-scheduler.ts'
import { type FixtureOptions, writeFixtureTree } from './fixture-tree.ts'
import { recordedLog } from './recorded-log.ts'
import { scratchDirectory } from './scratch.ts'

const tickOf = (startNs: number): number => Math.floor(startNs / 10_000_000)

export function actuatorOnFiles(options: Partial<FixtureOptions> = {}, limits: Partial<Limits> = {}) {
  const root = scratchDirectory()
  const { paths, vms } = writeFixtureTree(root, { vms: 1, vcpus: 1, others: 1, taskinfo: false, ...options })
  const scheduler = fakeScheduler()
  const domains = fakeDomains()
  const powerTimes = { shutdownMs: 20, pollMs: 1 }
  const balloonTimes = { stepMs: 20, totalMs: 5_000, pollMs: 1 }
  const testDiskTimes = { readMs: 20, unplugMs: 20, pollMs: 1 }
  const hostDeviceTimes = { giveBackMs: 20, pollMs: 1 }
  const { log, records } = recordedLog()
  const identities = vms.map(
    ({ pid, uuid, startNs }): VmIdentity => ({ pid, uuid, startTick: tickOf(startNs) }),
  )
  const given: { limits: () => Limits } = { limits: () => ({ ...shippedLimits, ...limits }) }
  const create = () =>
    new Actuator({
      ...paths,
      scheduler,
      domains,
      powerTimes,
      balloonTimes,
      testDiskTimes,
      hostDeviceTimes,
      lateMs: 50,
      limits: () => given.limits(),
      log,
    })
  const vm = identities[0]!
  const tids = vms.map((one) => one.vcpus.map(({ tid }) => tid))
  const tid = tids[0]![0]!

  function operation(from: Scheduling, to: Scheduling, more: Partial<ThreadSchedulingOperation> = {}) {
    const threadStartTick = vm.startTick
    return { kind: 'thread-scheduling', vm, tid, threadStartTick, from, to, ...more } as const
  }

  return {
    ...paths,
    root,
    scheduler,
    domains,
    records,
    identities,
    tids,
    vm,
    tid,
    given,
    create,
    actuator: create(),
    operation,
    /** other → rr 1. */
    raise: operation(other, rr1),
    lower: operation(rr1, other),
    leaseFile: join(paths.rundir, `kvminfo/leases/${vm.pid}-${vm.startTick}`),
    changesFile: join(paths.rundir, `kvminfo/changes/${vm.pid}-${vm.startTick}`),
    stopFile: join(paths.rundir, 'kvminfo/remediation.stop'),
    /** Seconds since boot; 90000 at first. */
    setUptime: (seconds: number) =>
      writeFileSync(join(paths.procfs, 'uptime'), `${seconds.toFixed(2)} 1.00\n`),
    endVm: () => rmSync(join(paths.procfs, String(vm.pid)), { recursive: true }),
  }
}
