// Opens a placebo run now and then, on a VM by chance. Nobody asks for it; the policy says how often.
import type { VmIdentity } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import type { Sample } from '../../observe/sample.ts'
import { actionPolicy } from '../../policy/schema.ts'
import { identityOf } from '../target/identity.ts'
import { measureWindow } from '../verify/window.ts'
import type { EngineParts } from './engine-parts.ts'

/** Seconds. So long VMs are watched, to choose one that is busy enough to be judged. */
const watch = 30

/** Seconds. So long at most until the policy and the VMs are looked at again. */
const retry = 3_600

export class PlaceboTimer {
  readonly #parts: EngineParts
  /** Uptime, seconds. */
  #next = 0
  #before: Sample | undefined

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  /** To be called at every pass. */
  async check(): Promise<void> {
    const { clock, log } = this.#parts
    const now = clock.uptime()
    if (now < this.#next) return
    this.#next = now + retry
    try {
      await this.#goOn(now)
    } catch (error) {
      log.error({ err: error }, 'a placebo run could not be opened; trying again in an hour')
    }
  }

  async #goOn(now: number): Promise<void> {
    const { policy: file, store, isStopped, sample, log } = this.#parts
    const { policy, sha: policySha } = file.current
    const period = policy.measure.placebo
    const before = this.#before
    this.#before = undefined
    if (period === 0 || file.problem !== undefined || isStopped()) return
    const left = (period - store.sinceOpened('placebo')) / 1000
    if (left > 0) {
      this.#next = now + Math.min(left, retry)
      return
    }
    const taken = await sample()
    if (before === undefined) {
      this.#before = taken
      this.#next = now + watch
      return
    }
    const suited = this.#suited(before, taken)
    const chosen = suited[Math.floor(Math.random() * suited.length)]
    if (chosen === undefined) return
    const run = store.open({ action: 'placebo', mode: 'auto', vm: chosen, device: undefined, policySha })
    if (run !== undefined)
      log.info({ run, vm: chosen.label }, 'a placebo run measures the error of the judge')
  }

  /** The VMs that the policy allows and that are busy enough. */
  #suited(before: Sample, after: Sample): (VmIdentity & { readonly label: string })[] {
    return after.vms.flatMap((vm) => {
      const identity = this.#isAllowed(vm) ? identityOf(vm, this.#parts.paths.procfs) : undefined
      if (identity === undefined) return []
      const { whyNot } = measureWindow(before, after, identity, 'run-delay')
      return whyNot === null ? [{ ...identity, label: vm.label }] : []
    })
  }

  #isAllowed(vm: Vm): boolean {
    const { policy } = this.#parts.policy.current
    const { mode, isProtected } = actionPolicy(policy, 'placebo', { name: vm.label, uuid: vm.uuid })
    return mode === 'auto' && !isProtected
  }
}
