// Answers requests. Each is checked here again, whoever asks: identity, limits, kill switch, and whether the live value is
// what the asker thinks. Requests about processes come one after the other, and so do those about the host and
// those about each domain of libvirt.
import type { Domains } from '../libvirt/write.ts'
import type { Logger } from '../log/logger.ts'
import type { VmIdentity } from '../model/remediation.ts'
import type { Scheduler } from '../native/scheduler.ts'
import { readUptimeNs } from '../sources/uptime/read.ts'
import { WholeFile } from '../sources/whole-file.ts'
import { Changes } from './changes.ts'
import type { Consent } from './consent.ts'
import { identifyDomain } from './domain-identity.ts'
import { askGuest } from './guest.ts'
import { type IdentifiedVm, Identities, isRunning } from './identity.ts'
import { lateMs } from './late-calls.ts'
import { LeaseRequests } from './lease-requests.ts'
import { LeaseWatch } from './lease-watch.ts'
import { Leases } from './leases.ts'
import type { BalloonTimes } from './operations/balloon.ts'
import type { PowerTimes } from './operations/domain-power.ts'
import type { HostDeviceTimes } from './operations/host-device.ts'
import { operationKits } from './operations/index.ts'
import { isProblem, type Problem, reasonOf, refused, stale } from './problem.ts'
import type { ActuatorAnswer, ActuatorRequest } from './protocol.ts'
import {
  asksLibvirt,
  type ChangeRequest,
  domainQueue,
  domainSubject,
  isAboutDomain,
  queueOf,
  vmOf,
} from './scope.ts'
import { TestDiskImages } from './test-disk-images.ts'
import { TestDisks, type TestDiskTimes, testDiskTimes } from './test-disks.ts'
import { Values } from './values.ts'
import { VmFiles } from './vm-files.ts'

export interface ActuatorParts extends Consent {
  readonly procfs: string
  readonly sysfs: string
  readonly scheduler: Scheduler
  readonly domains: Domains
  readonly powerTimes?: PowerTimes
  readonly balloonTimes?: BalloonTimes
  readonly testDiskTimes?: TestDiskTimes
  readonly hostDeviceTimes?: HostDeviceTimes
  /** How long a call of libvirt that missed its deadline may still come, milliseconds. */
  readonly lateMs?: number
  readonly log: Logger
}

/** How often leases are checked, milliseconds. */
const watchMs = 1_000

export class Actuator {
  readonly #parts: ActuatorParts
  readonly #file = new WholeFile()
  readonly #identities: Identities
  readonly #changes: Changes
  readonly #testDisks: TestDisks
  readonly #watch: LeaseWatch
  readonly #leases: LeaseRequests
  readonly #values: Values
  /** The last request in each queue that is not answered yet. */
  readonly #last = new Map<string, Promise<unknown>>()
  #isWatching = false
  #timer: NodeJS.Timeout | undefined

  /** Throws CHANGE_FAILED if the folders `kvminfo/leases` and `kvminfo/changes` below `rundir` cannot be created. */
  constructor(parts: ActuatorParts) {
    const { procfs, rundir, scheduler, log } = parts
    this.#parts = parts
    const file = this.#file
    this.#identities = new Identities(procfs, file)
    const leases = new Leases(new VmFiles(`${rundir}/kvminfo/leases`))
    this.#changes = new Changes(new VmFiles(`${rundir}/kvminfo/changes`))
    const images = new TestDiskImages(`${rundir}/kvminfo/test-disks`)
    this.#testDisks = new TestDisks(parts.domains, images, parts.testDiskTimes ?? testDiskTimes)
    this.#watch = new LeaseWatch({ procfs, file, leases, changes: this.#changes, scheduler, log })
    this.#leases = new LeaseRequests({
      ...parts,
      file,
      leases,
      watch: this.#watch,
      uptime: () => this.uptime,
    })
    this.#values = new Values({
      ...parts,
      identities: this.#identities,
      kitOf: operationKits({ ...parts, testDisks: this.#testDisks }),
      changes: this.#changes,
      leases: this.#leases,
      lateMs: parts.lateMs ?? lateMs,
    })
  }

  /** Seconds since boot. */
  get uptime(): number {
    return readUptimeNs(this.#parts.procfs, this.#file) / 1e9
  }

  /** Puts back the VMs whose lease has ended. Returns whether there is anything left to check later. */
  checkLeases(): boolean {
    return this.#watch.check(this.uptime)
  }

  /** Checks the leases now, and every second while there is something to check, until `stopWatching`. */
  watchLeases(): void {
    this.#isWatching = true
    this.#checkAndGoOn()
  }

  stopWatching(): void {
    this.#isWatching = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #checkAndGoOn(): void {
    this.#timer = undefined
    try {
      if (!this.checkLeases()) return
    } catch (error) {
      this.#parts.log.error({ err: error }, 'cannot check the leases; trying again in a second')
    }
    this.#checkLater()
  }

  /** After each request that may have written a file. Without one, the timer would only cost CPU time. */
  #checkLater(): void {
    if (this.#isWatching) this.#timer ??= setTimeout(() => this.#checkAndGoOn(), watchMs)
  }

  /** Never rejects. */
  answer(request: ActuatorRequest): Promise<ActuatorAnswer> {
    // Waits for no other request: a VM that is stuck does not make the actuator look dead.
    if (request.do === 'ping') return Promise.resolve({ outcome: 'done' })
    return this.#inQueue(queueOf(request), () => this.#answer(request))
  }

  /**
   * Unplugs the test disks that a former process left when it was killed. Requests about those domains wait for it.
   * Resolves when all were tried.
   */
  async removeTestDisks(): Promise<void> {
    const left = this.#testDisks.leftIn()
    await Promise.all(left.map((uuid) => this.#inQueue(domainQueue(uuid), () => this.#removeTestDisk(uuid))))
  }

  async #removeTestDisk(uuid: string): Promise<void> {
    const { log } = this.#parts
    try {
      await this.#testDisks.unplug(uuid)
      this.#changes.drop(domainSubject(uuid), 'test-disk')
      log.warn({ uuid }, 'removed a test disk that an interrupted test had left')
    } catch (error) {
      log.error({ err: error, uuid }, 'a test disk that an interrupted test has left cannot be removed')
    }
  }

  /** `work` never rejects. */
  #inQueue<Result>(queue: string, work: () => Promise<Result>): Promise<Result> {
    const done = (this.#last.get(queue) ?? Promise.resolve()).then(work)
    this.#last.set(queue, done)
    void done.then(() => {
      if (this.#last.get(queue) === done) this.#last.delete(queue)
    })
    return done
  }

  async #answer(request: ChangeRequest): Promise<ActuatorAnswer> {
    const { log } = this.#parts
    let answer: ActuatorAnswer
    try {
      answer = await this.#answerFor(request)
    } catch (error) {
      // Nothing that changes the host throws to here.
      answer = refused(reasonOf(error))
      log.error({ err: error, ...what(request) }, 'a request could not be answered')
    }
    if (request.do !== 'read') this.#checkLater()
    const { before, after, ...rest } = answer
    const record = { ...what(request), ...rest, before: inLog(before), after: inLog(after) }
    if (request.do === 'read' && answer.outcome === 'done') log.debug(record, 'answered')
    else if (answer.outcome === 'done') log.info(record, 'answered')
    else log.warn(record, 'answered')
    return answer
  }

  async #answerFor(request: ChangeRequest): Promise<ActuatorAnswer> {
    const identity = vmOf(request)
    const vm = identity && (await this.#identify(request, identity))
    if (vm !== undefined && isProblem(vm)) return vm
    switch (request.do) {
      case 'read':
        return this.#values.read(request.operation)
      case 'execute':
        return this.#values.execute(vm, request.operation)
      case 'lease':
        return this.#leases.grant(vm!, request.until)
      case 'release':
        return this.#leases.release(request.vm)
      case 'guest':
        return { outcome: 'done', after: await askGuest(this.#parts.domains, request.vm.uuid!) }
    }
  }

  async #identify(request: ChangeRequest, identity: VmIdentity): Promise<IdentifiedVm | Problem> {
    const { domains, procfs } = this.#parts
    if (request.do !== 'guest' && !('operation' in request && asksLibvirt(request.operation)))
      return this.#identities.identify(identity)
    // What libvirt does to the running domain is void when its process ends.
    const isLive = request.do !== 'guest' && 'operation' in request && !isAboutDomain(request.operation)
    return isLive && !isRunning(procfs, identity, this.#file)
      ? stale(`process ${identity.pid} has ended`)
      : identifyDomain(domains, identity)
  }
}

/** A whole definition would fill the log. */
const inLog = (value: unknown): unknown =>
  typeof value === 'string' && value.length > 100 ? `text of ${value.length} characters` : value

/** For the log. */
function what(request: ChangeRequest): Record<string, unknown> {
  const operation = 'operation' in request ? request.operation : undefined
  return {
    do: request.do,
    ...(operation !== undefined && { kind: operation.kind }),
    pid: vmOf(request)?.pid,
    ...(operation !== undefined && 'tid' in operation && { tid: operation.tid }),
  }
}
