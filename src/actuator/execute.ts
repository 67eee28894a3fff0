// Answers requests. Each is checked here again, whoever asks: identity, limits, kill switch, and whether the live value is
// what the asker thinks. Requests about processes come one after the other, and so do those about the host and
// those about each domain of libvirt.
import { isDeepStrictEqual } from 'node:util'
import { KvminfoError } from '../errors.ts'
import { LibvirtLate } from '../libvirt/run.ts'
import type { Domains } from '../libvirt/write.ts'
import { errorText } from '../log/error-text.ts'
import type { Logger } from '../log/logger.ts'
import type { VmIdentity } from '../model/remediation.ts'
import type { Scheduler } from '../native/scheduler.ts'
import { readUptimeNs } from '../sources/uptime/read.ts'
import { WholeFile } from '../sources/whole-file.ts'
import { Changes } from './changes.ts'
import { identifyDomain } from './domain-identity.ts'
import { askGuest } from './guest.ts'
import { type IdentifiedVm, Identities, isRunning } from './identity.ts'
import { isStopped, killSwitchPath } from './kill-switch.ts'
import { LateCalls, lateMs } from './late-calls.ts'
import { LeaseWatch } from './lease-watch.ts'
import { Leases, maxTotalSeconds } from './leases.ts'
import type { Limits } from './limits.ts'
import type { BalloonTimes } from './operations/balloon.ts'
import type { PowerTimes } from './operations/domain-power.ts'
import type { HostDeviceTimes } from './operations/host-device.ts'
import { type KitOf, operationKits } from './operations/index.ts'
import type { OperationKit } from './operations/operation.ts'
import { isEnded } from './operations/thread-scheduling.ts'
import { type Problem, refused, stale } from './problem.ts'
import {
  type ActuatorAnswer,
  type ActuatorRequest,
  isPartWay,
  leavesNothing,
  type Operation,
  type ValueOf,
} from './protocol.ts'
import { roomProblem } from './realtime-room.ts'
import { TestDiskImages } from './test-disk-images.ts'
import { TestDisks, type TestDiskTimes, testDiskTimes } from './test-disks.ts'
import { type FileSubject, fileName, VmFiles } from './vm-files.ts'

export interface ActuatorParts {
  readonly procfs: string
  readonly sysfs: string
  /** The folders `kvminfo/leases` and `kvminfo/changes` are created below it. */
  readonly rundir: string
  readonly scheduler: Scheduler
  readonly domains: Domains
  readonly powerTimes?: PowerTimes
  readonly balloonTimes?: BalloonTimes
  readonly testDiskTimes?: TestDiskTimes
  readonly hostDeviceTimes?: HostDeviceTimes
  /** How long a call of libvirt that missed its deadline may still come, milliseconds. */
  readonly lateMs?: number
  /** Asked at each request. If it throws, only reading and reversing are left. */
  readonly limits: () => Limits
  readonly log: Logger
}

const isProblem = (result: object): result is Problem => 'outcome' in result

/** The operations that mean a domain of libvirt, which may be shut off, and not its process. */
const isAboutDomain = ({ kind }: Operation): boolean => kind === 'domain-xml' || kind === 'domain-power'

/** The operations that take several calls of libvirt. */
const asksLibvirt = (operation: Operation): boolean =>
  isAboutDomain(operation) || ['balloon', 'test-disk', 'host-device'].includes(operation.kind)

/** The file of the record of changes. */
function subjectOf(operation: Operation): FileSubject {
  if (!('vm' in operation)) return { name: 'host' }
  return isAboutDomain(operation) || operation.kind === 'test-disk'
    ? domainSubject(operation.vm.uuid!)
    : operation.vm
}

const domainSubject = (uuid: string): FileSubject => ({ name: `domain-${uuid}` })

/** About a value or a lease. */
type ChangeRequest = Exclude<ActuatorRequest, { readonly do: 'ping' }>

const lateKey = <O extends Operation>(operation: O, kit: OperationKit<O>): string =>
  `${fileName(subjectOf(operation))} ${kit.knob(operation)}`

/** How often leases are checked, milliseconds. */
const watchMs = 1_000

export class Actuator {
  readonly #parts: ActuatorParts
  readonly #file = new WholeFile()
  readonly #identities: Identities
  readonly #leases: Leases
  readonly #changes: Changes
  readonly #testDisks: TestDisks
  readonly #late: LateCalls
  readonly #kitOf: KitOf
  readonly #watch: LeaseWatch
  /** The last request in each queue that is not answered yet. */
  readonly #last = new Map<string, Promise<unknown>>()
  #isWatching = false
  #timer: NodeJS.Timeout | undefined

  /** Throws Node's own error if the folders below `rundir` cannot be created. */
  constructor(parts: ActuatorParts) {
    const { procfs, rundir, scheduler, log } = parts
    this.#parts = parts
    this.#identities = new Identities(procfs, this.#file)
    this.#leases = new Leases(new VmFiles(`${rundir}/kvminfo/leases`))
    this.#changes = new Changes(new VmFiles(`${rundir}/kvminfo/changes`))
    const images = new TestDiskImages(`${rundir}/kvminfo/test-disks`)
    this.#testDisks = new TestDisks(parts.domains, images, parts.testDiskTimes ?? testDiskTimes)
    this.#late = new LateCalls(parts.lateMs ?? lateMs)
    this.#kitOf = operationKits({ ...parts, testDisks: this.#testDisks })
    const [leases, changes, file] = [this.#leases, this.#changes, this.#file]
    this.#watch = new LeaseWatch({ procfs, file, leases, changes, scheduler, log })
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
        return this.#read(request.operation)
      case 'execute':
        return this.#execute(vm, request.operation)
      case 'lease':
        return this.#lease(vm!, request.until)
      case 'release':
        return this.#release(request.vm)
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

  async #read(operation: Operation): Promise<ActuatorAnswer> {
    const kit = this.#kitOf(operation)
    const problem = kit.problem(operation, this.#identities)
    if (problem !== undefined) return problem
    const live = await this.#live(operation, kit)
    return isProblem(live) ? live : { outcome: 'done', before: live.value, after: live.value }
  }

  /** `vm`: undefined if the operation is about the host. */
  async #execute<O extends Operation>(vm: IdentifiedVm | undefined, operation: O): Promise<ActuatorAnswer> {
    const kit = this.#kitOf(operation)
    const problem = kit.problem(operation, this.#identities)
    if (problem !== undefined) return problem
    const live = await this.#live(operation, kit)
    if (isProblem(live)) return live
    const before = live.value
    const { from, to } = operation
    const recorded = this.#changes.of(subjectOf(operation)).get(kit.knob(operation))
    const isReversal = recorded?.was === kit.encode(to)
    const isThereAlready = isDeepStrictEqual(before, to)
    const isOurs = isDeepStrictEqual(before, from) || (isReversal && isPartWay(operation, before))
    if (!isThereAlready && !isOurs)
      return {
        ...stale('somebody else has changed the value; nothing was done'),
        before,
        after: before,
      }
    const objection = isReversal
      ? undefined
      : (this.#objection(vm) ??
        (await kit.excess(operation, this.#parts.limits())) ??
        this.#leaseObjection(vm, operation))
    if (objection !== undefined) return { ...refused(objection), before, after: before }
    if (isThereAlready) return { outcome: 'done', before, after: before }
    return this.#change(operation, kit, { before, isReversal, recorded })
  }

  async #change<O extends Operation>(
    operation: O,
    kit: OperationKit<O>,
    given: { before: ValueOf<O>; isReversal: boolean; recorded: { was: string; set: string } | undefined },
  ): Promise<ActuatorAnswer> {
    const { before, isReversal, recorded } = given
    const subject = subjectOf(operation)
    const knob = kit.knob(operation)
    const [from, to] = [kit.encode(operation.from), kit.encode(operation.to)]
    // What somebody else has set since is what we return to.
    const was = recorded !== undefined && recorded.set === from ? recorded.was : from
    try {
      if (!isReversal) this.#changes.put(subject, knob, { was, set: to })
    } catch (error) {
      return { ...refused(`the change cannot be recorded: ${reasonOf(error)}`), before, after: before }
    }
    let failure: unknown
    try {
      await kit.write(operation)
    } catch (error) {
      failure = error
    }
    if (failure === undefined && (isReversal || leavesNothing(operation))) this.#forget(subject, knob)
    if (failure instanceof LibvirtLate)
      this.#late.note(lateKey(operation, kit), async () =>
        isDeepStrictEqual(await kit.read(operation, undefined), operation.to),
      )
    const live = await this.#live(operation, kit)
    if (isProblem(live)) {
      if (live.outcome === 'stale') return live
      const why = failure === undefined ? '' : `${reasonOf(failure)}; `
      return { outcome: 'unknown', before, reason: why + live.reason }
    }
    const after = live.value
    if (isDeepStrictEqual(after, operation.to)) return { outcome: 'done', before, after }
    // As it was: there is nothing to reverse.
    if (kit.encode(after) === was) this.#forget(subject, knob)
    const reason = failure === undefined ? 'the value was not kept' : reasonOf(failure)
    return { outcome: 'failed', before, after, reason }
  }

  /** A record that stays is only a nuisance: it reverses to what is live already. */
  #forget(subject: FileSubject, knob: string): void {
    try {
      this.#changes.drop(subject, knob)
    } catch (error) {
      this.#parts.log.warn(
        { err: error, of: fileName(subject), knob },
        'cannot remove the record of a change',
      )
    }
  }

  async #live<O extends Operation>(
    operation: O,
    kit: OperationKit<O>,
  ): Promise<{ readonly value: ValueOf<O> } | Problem> {
    const recorded = this.#changes.of(subjectOf(operation)).get(kit.knob(operation))
    const read = () => kit.read(operation, recorded === undefined ? undefined : kit.decode(recorded.set))
    try {
      if (asksLibvirt(operation)) {
        const key = lateKey(operation, kit)
        this.#late.meet(key, recorded && (async () => kit.encode(await read()) !== recorded.was))
        if (await this.#late.mayCome(key))
          return refused('libvirt may still do what it was asked for before; read again in a minute')
      }
      return { value: await read() }
    } catch (error) {
      return isEnded(error) ? stale('the thread has ended') : refused(`cannot be read: ${reasonOf(error)}`)
    }
  }

  /** Why nothing of the VM or of the host may be changed, except to reverse. */
  #objection(vm: IdentifiedVm | undefined): string | undefined {
    const { rundir, limits } = this.#parts
    if (isStopped(rundir))
      return `the kill switch is set; remove ${killSwitchPath(rundir)} when changes may go on`
    if (vm === undefined) return undefined
    const { identity, name } = vm
    return limits().isProtected({ uuid: identity.uuid, name }) ? 'the policy protects this VM' : undefined
  }

  #leaseObjection<O extends Operation>(vm: IdentifiedVm | undefined, operation: O): string | undefined {
    const kit = this.#kitOf(operation)
    if (vm === undefined || !kit.needsLease(operation.to)) return undefined
    const { identity } = vm
    if (!this.#leases.lasts(identity, this.uptime))
      return 'a real-time policy needs a lease of the VM that lasts; ask for one first'
    const isOurs = this.#changes.of(identity).get(kit.knob(operation))?.set === kit.encode(operation.from)
    if (kit.needsLease(operation.from) && !isOurs && !isDeepStrictEqual(operation.from, operation.to))
      return 'somebody else gave the thread a real-time policy; change it where it was set'
    // The lease has counted the vCPUs only.
    return operation.kind === 'thread-scheduling' && operation.isAnyThread === true
      ? this.#roomProblem(identity, operation.tid)
      : undefined
  }

  /** `tid`: a thread that is no vCPU. */
  #roomProblem({ pid }: VmIdentity, tid?: number): string | undefined {
    const leased = new Set(this.#leases.list().map((one) => one.pid))
    return roomProblem(this.#parts.procfs, pid, leased, this.#parts.limits().freeCpus, this.#file, tid)
  }

  #lease(vm: IdentifiedVm, until: number): ActuatorAnswer {
    const objection = this.#objection(vm)
    if (objection !== undefined) return refused(objection)
    const { maxLeaseSeconds, maxLeaseTotalSeconds } = this.#parts.limits()
    const { identity } = vm
    const now = this.uptime
    // One that has ended is put back first, and then a new row of leases begins.
    if (this.#leases.of(identity) !== undefined && !this.#leases.lasts(identity, now)) {
      if (!this.#watch.putBack(identity))
        return refused('the last lease has ended, and its threads could not be put back')
      this.#leases.remove(identity)
    }
    const current = this.#leases.of(identity)
    const first = current?.first ?? Math.floor(now)
    const end = Math.max(Math.floor(until), current?.until ?? 0)
    const total = Math.min(maxLeaseTotalSeconds, maxTotalSeconds)
    if (end <= now) return refused('the lease would have ended already')
    if (end - now > maxLeaseSeconds)
      return refused(`a lease may last ${maxLeaseSeconds} s at most, and is renewed by fresh proof`)
    if (end > first + total)
      return refused(`leases of this VM have followed each other for ${total} s; a person must decide now`)
    const problem = this.#roomProblem(identity)
    if (problem !== undefined) return refused(problem)
    this.#leases.write(identity, { until: end, first })
    return { outcome: 'done', before: current?.until ?? null, after: end }
  }

  #release(vm: VmIdentity): ActuatorAnswer {
    const until = this.#leases.of(vm)?.until ?? null
    const tid = until === null ? undefined : this.#watch.realtimeThread(vm)
    if (tid !== undefined) {
      const reason = `thread ${tid} still has a real-time policy; reverse that first`
      return { ...refused(reason), before: until, after: until }
    }
    this.#leases.remove(vm)
    return { outcome: 'done', before: until, after: null }
  }
}

/** undefined for a request about the host. */
function vmOf(request: ChangeRequest): VmIdentity | undefined {
  if ('vm' in request) return request.vm
  return 'vm' in request.operation ? request.operation.vm : undefined
}

/** The kernel may take a minute to move the host's memory, or a guest to shut down, and a lease must not wait for that. */
function queueOf(request: ChangeRequest): string {
  if (request.do === 'guest') return domainQueue(request.vm.uuid)
  if (!('operation' in request)) return 'processes'
  const { operation } = request
  if (!('vm' in operation)) return 'host'
  return asksLibvirt(operation) ? domainQueue(operation.vm.uuid) : 'processes'
}

const domainQueue = (uuid: string | null): string => `domain ${uuid}`

/** One sentence. What this program raises on purpose says all; of anything else, the stack matters too. */
const reasonOf = (error: unknown): string =>
  error instanceof KvminfoError ? error.message : errorText(error)

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
