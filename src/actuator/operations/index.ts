// Every kind of operation that the actuator executes. A new kind is a type in protocol.ts, its shape in
// request-schema.ts, one file here, and one line below.
import type { Domains } from '../../libvirt/write.ts'
import type { Scheduler } from '../../native/scheduler.ts'
import type { Operation, OperationKind } from '../protocol.ts'
import type { TestDisks } from '../test-disks.ts'
import { type BalloonTimes, balloon, balloonTimes } from './balloon.ts'
import { cpuWeight } from './cpu-weight.ts'
import { domainPower, type PowerTimes, powerTimes } from './domain-power.ts'
import { domainXml } from './domain-xml.ts'
import { type HostDeviceTimes, hostDevice, hostDeviceTimes } from './host-device.ts'
import { hugePages } from './huge-pages.ts'
import { ksmPace, ksmRun } from './ksm.ts'
import { nothing } from './nothing.ts'
import type { OperationKit } from './operation.ts'
import { testDisk } from './test-disk.ts'
import { threadScheduling } from './thread-scheduling.ts'
import { transparentHugePages } from './transparent-huge-pages.ts'
import { virtualFunctions } from './virtual-functions.ts'

type Kits = {
  readonly [Kind in OperationKind]: OperationKit<Extract<Operation, { readonly kind: Kind }>>
}

export type KitOf = <O extends Operation>(operation: O) => OperationKit<O>

export interface HostAccess {
  readonly scheduler: Scheduler
  /** libvirt's. Nothing asks them unless a request is about a domain. */
  readonly domains: Domains
  readonly powerTimes?: PowerTimes
  readonly balloonTimes?: BalloonTimes
  readonly hostDeviceTimes?: HostDeviceTimes
  readonly testDisks: TestDisks
  readonly procfs: string
  readonly sysfs: string
  readonly rundir: string
}

export function operationKits({ scheduler, domains, testDisks, ...more }: HostAccess): KitOf {
  const { procfs, sysfs } = more
  const kits: Kits = {
    'thread-scheduling': threadScheduling(scheduler, procfs, sysfs),
    nothing,
    'cpu-weight': cpuWeight(procfs, sysfs),
    'ksm-run': ksmRun(procfs, sysfs),
    'ksm-pace': ksmPace(sysfs),
    'huge-pages': hugePages(procfs, sysfs),
    'transparent-huge-pages': transparentHugePages(sysfs),
    'domain-xml': domainXml(domains),
    'domain-power': domainPower(domains, more.powerTimes ?? powerTimes),
    balloon: balloon(domains, more.balloonTimes ?? balloonTimes),
    'test-disk': testDisk(testDisks),
    'host-device': hostDevice(domains, more, more.hostDeviceTimes ?? hostDeviceTimes),
    'virtual-functions': virtualFunctions(more),
  }
  // The key and the kind are the same, which the type of an object cannot say.
  return <O extends Operation>({ kind }: O) => kits[kind] as unknown as OperationKit<O>
}
