// Runs whose change takes effect when the VM starts next. Waits for that start, or makes it if the plan says so, and watches
// whether the guest comes up. If it does not, the former definition is restored, and the VM is started with it.
//
// Everything is decided by what is live and by the steps in the journal, so that a later process can go on anywhere.
import { type DomainPowerOperation, reversed } from '../../actuator/protocol.ts'
import type { Sample } from '../../observe/sample.ts'
import { durationText } from '../../policy/duration.ts'
import type { Plan } from '../actions/action.ts'
import { sizeText } from '../actions/size-text.ts'
import type { Step } from '../journal/query.ts'
import { BootWatch } from './boot-watch.ts'
import { definitionProblem } from './definition-state.ts'
import type { EngineParts } from './engine-parts.ts'
import { endRun, quarantineMs, undoRun } from './finish.ts'
import { isSameProcess, type StartedVm, startedVm } from './started-vm.ts'
import { onlyIdentity, type RunRow } from './store.ts'

/** Seconds between two readings of the definition while nothing happens. */
const readBack = 60

/** Starts that may fail before a person must look, and the seconds between two. */
const mostFailures = 3
const retryAfter = 30

interface Watch {
  /** When the definition is read back next; uptime, seconds. */
  readBackAt: number
  /** Until when the guest may shut down: for the restart, and to get its former definition back. */
  shutDownBy: number | undefined
  offBy: number | undefined
  /** Until when the VM may be neither running nor shut off while it is being restored. */
  settledBy: number | undefined
  boot: BootWatch | undefined
  /** Starts that have failed, and when the next one may be tried. */
  failures: number
  retryAt: number
  /** Why the former definition is being restored. */
  why: string | undefined
}

export const isForNextStart = ({ plan }: RunRow): boolean => plan?.takesEffect === 'next-start'

/** What a run that is applied then waits for. */
export const waitsFor = ({ restart }: Plan): string =>
  restart === true ? 'the VM is restarted' : 'it takes effect when the VM starts next'

export class NextStart {
  readonly #parts: EngineParts
  readonly #watches = new Map<number, Watch>()

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  /** To be called again and again while the run is `waiting`. May take minutes. */
  async goOn(run: RunRow): Promise<void> {
    const parts = this.#parts
    const watch = this.#watchOf(run)
    const steps = parts.store.steps(run.id)
    if (isRestoring(steps)) return this.#restore(run, watch, steps)
    // In the middle of a restart, the VM must not be left off.
    if (parts.isStopped() && !isRestarting(run, steps)) {
      await undoRun(parts, run, { reason: 'the kill switch is set' })
      return
    }
    if (await this.#isProblem(run, watch)) return
    const sample = await parts.sample()
    const vm = startedVm(sample, run.vm!.uuid, parts.paths.procfs)
    if (vm === undefined) return this.#isOff(run, watch, steps)
    if (isSameProcess(vm, run.plan!.target.vm!)) return this.#isStillTheFormer(run, watch)
    return this.#comesUp(run, watch, vm, sample)
  }

  /** Whether the VM is being restarted, so that nobody may interfere. */
  isRestarting(run: RunRow): boolean {
    const steps = this.#parts.store.steps(run.id)
    return isRestoring(steps) || isRestarting(run, steps)
  }

  async #isOff(run: RunRow, watch: Watch, steps: readonly Step[]): Promise<void> {
    watch.boot = undefined
    const now = this.#parts.clock.uptime()
    if (!isRestarting(run, steps) || now < watch.retryAt) return
    const start = reversed(shutdownOf(run))
    if ((await this.#parts.executor.live(start)) !== 'from') return
    watch.retryAt = now + retryAfter
    const result = await this.#parts.executor.execute(run.id, start, false)
    if (result.result !== 'failed') return
    watch.why = `the VM could not be started with the new definition: ${result.reason}`
    watch.retryAt = now
    await this.#restore(run, watch, steps)
  }

  async #isStillTheFormer(run: RunRow, watch: Watch): Promise<void> {
    if (run.plan!.restart !== true) return
    const { executor, policy, clock } = this.#parts
    if (watch.shutDownBy === undefined) {
      // Again after a crash in between: whether the guest was asked is not known then.
      const result = await executor.execute(run.id, shutdownOf(run), false)
      watch.shutDownBy = clock.uptime() + policy.current.policy.measure.boot / 1000
      if (result.result === 'refused') this.#restartNoMore(run, result.reason)
    } else if (clock.uptime() > watch.shutDownBy) this.#restartNoMore(run, 'the guest does not shut down')
  }

  #restartNoMore(run: RunRow, why: string): void {
    const reason = `not restarted: ${why}; it takes effect when the VM starts next`
    this.#parts.store.move(run.id, 'waiting', 'waiting', { plan: { ...run.plan!, restart: false }, reason })
    this.#parts.log.warn({ run: run.id, vm: run.vm?.label, reason }, 'remediation')
  }

  async #comesUp(run: RunRow, watch: Watch, vm: StartedVm, sample: Sample): Promise<void> {
    const { policy, store } = this.#parts
    if (watch.boot === undefined || !isSameProcess(watch.boot.vm, vm)) {
      watch.readBackAt = 0
      if (await this.#isProblem(run, watch)) return
      watch.boot = new BootWatch(this.#parts, vm)
    }
    if (await watch.boot.isUp(sample)) {
      this.#watches.delete(run.id)
      if (run.plan!.measurement.design === 'before-after') {
        store.move(run.id, 'waiting', 'measuring', {
          vm,
          reason: 'the VM has started with the new definition',
        })
        return
      }
      const inPool = sample.vmMemory?.get(vm.pid)?.hugetlbBytes ?? 0
      const memory = inPool === 0 ? '' : ` and has ${sizeText(inPool)} in huge pages of a pool`
      const reason = `the VM runs with it${memory}; the counters cannot show its effect`
      endRun(this.#parts, run, 'kept', reason, { verdict: 'not-measurable' })
      return
    }
    const { boot } = policy.current.policy.measure
    if (watch.boot.seconds <= boot / 1000) return
    watch.why = `the VM did not come up with the new definition within ${durationText(boot)}`
    await this.#restore(run, watch, store.steps(run.id))
  }

  /** The former definition first, then off, then on. `steps`: those so far. */
  async #restore(run: RunRow, watch: Watch, steps: readonly Step[]): Promise<void> {
    const { executor, clock, policy, store } = this.#parts
    const why = watch.why ?? 'the VM did not come up with the new definition'
    const { foreign, failed, isUnanswered, isGone } = await executor.undo(run.id)
    if (isUnanswered) return
    if (isGone || foreign.length > 0 || failed.length > 0) {
      await undoRun(this.#parts, run, { reason: why, verdict: 'worse' })
      return
    }
    const undone = steps.filter(({ isUndo }) => isUndo)
    const shutdown = shutdownOf(run)
    const live = await executor.live(shutdown)
    if (live === 'to') {
      if (clock.uptime() < watch.retryAt) return
      watch.retryAt = clock.uptime() + retryAfter
      const result = await executor.execute(run.id, reversed(shutdown), true)
      if (result.result === 'done') return this.#restored(run, why)
      if (result.result === 'failed') watch.failures += 1
      if (watch.failures >= mostFailures)
        this.#callPerson(run, `${why}, and it cannot be started with the former one: ${result.reason}`)
      return
    }
    const boot = policy.current.policy.measure.boot / 1000
    if (live !== 'from') {
      // It is paused, or libvirt does not answer. A VM that resets is paused for a moment.
      watch.settledBy ??= clock.uptime() + boot
      if (clock.uptime() > watch.settledBy)
        this.#callPerson(
          run,
          `${why}; the former definition is restored, but the VM neither runs nor is shut off: virsh domstate --reason ${run.vm?.uuid}`,
        )
      return
    }
    watch.settledBy = undefined
    if (undone.some(isStart)) return this.#restored(run, why)
    if (watch.offBy === undefined) {
      // A guest that has not booted does not hear ACPI.
      await executor.execute(run.id, { ...shutdown, force: true }, true)
      watch.offBy = clock.uptime() + boot
      return
    }
    if (clock.uptime() <= watch.offBy) return
    const uuid = store.run(run.id)!.vm?.uuid
    this.#callPerson(
      run,
      `${why}; the former definition is restored, but the guest does not shut down: virsh destroy ${uuid}; virsh start ${uuid}`,
    )
  }

  async #restored(run: RunRow, why: string): Promise<void> {
    const { store, clock } = this.#parts
    this.#watches.delete(run.id)
    store.quarantine(run.slot, clock.now() + quarantineMs, why)
    await undoRun(this.#parts, run, {
      reason: `${why}; it was started with the former one`,
      verdict: 'worse',
    })
  }

  #callPerson(run: RunRow, reason: string): void {
    const { store, clock } = this.#parts
    this.#watches.delete(run.id)
    store.quarantine(run.slot, clock.now() + quarantineMs, reason)
    endRun(this.#parts, run, 'person', reason, { verdict: 'worse' })
  }

  /** Reads the definition back now and then. Whether the run cannot go on now. */
  async #isProblem(run: RunRow, watch: Watch): Promise<boolean> {
    const now = this.#parts.clock.uptime()
    if (now < watch.readBackAt) return false
    if (await definitionProblem(this.#parts, run)) return true
    watch.readBackAt = now + readBack
    return false
  }

  #watchOf({ id }: RunRow): Watch {
    const watch = this.#watches.get(id) ?? {
      readBackAt: 0,
      shutDownBy: undefined,
      offBy: undefined,
      settledBy: undefined,
      boot: undefined,
      failures: 0,
      retryAt: 0,
      why: undefined,
    }
    this.#watches.set(id, watch)
    return watch
  }
}

const shutdownOf = ({ vm }: RunRow): DomainPowerOperation => ({
  kind: 'domain-power',
  vm: onlyIdentity(vm!),
  from: 'running',
  to: 'shut off',
})

const isShutdown = ({ operation }: Step): boolean =>
  operation.kind === 'domain-power' && operation.to === 'shut off'

const isStart = ({ operation }: Step): boolean =>
  operation.kind === 'domain-power' && operation.to === 'running'

/** Whether a restart was begun, so that the VM must be started again. */
const isRestarting = ({ plan }: RunRow, steps: readonly Step[]): boolean =>
  plan?.restart === true && steps.some(isShutdown)

/** Whether the former definition is restored because the VM did not come up. */
const isRestoring = (steps: readonly Step[]): boolean => steps.some(({ isUndo }) => isUndo)
