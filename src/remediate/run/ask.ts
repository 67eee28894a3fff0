// What a person asks for by hand: checked, planned, and opened as a run that the engine goes on with.
import { policyName } from '../../model/policy.ts'
import type { ActionName, ByHand, HandSettings } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import { durationText } from '../../policy/duration.ts'
import { tiers } from '../../policy/tiers.ts'
import { noOwner, type Plan } from '../actions/action.ts'
import { hourObjection, slotObjections } from '../guard/guards.ts'
import { slotOf } from '../journal/run-row.ts'
import { identityOf } from '../target/identity.ts'
import { namedVm } from '../target/named-vm.ts'
import { asAskedFor } from './by-hand.ts'
import type { EngineParts } from './engine-parts.ts'
import { type Planned, planRun } from './plan-run.ts'

export interface Ask {
  readonly action: ActionName
  /** Name, UUID, pid or tid; undefined for the host. */
  readonly vm: string | undefined
  readonly device: string | undefined
  readonly byHand: ByHand
  /** Of the plan that was shown; undefined if it need not be the same. */
  readonly planSha: string | undefined
  /** Nothing is opened. */
  readonly isDryRun: boolean
}

export interface Asked extends Pick<Planned, 'plan' | 'planSha' | 'unmet'> {
  /** Label of the VM. */
  readonly vm: string | undefined
  /** What the guards say against it that are a matter of judgement. */
  readonly objections: readonly string[]
  /** undefined if nothing was opened, because it is a dry run. */
  readonly run: number | undefined
}

/** A sentence with what to do. */
export interface NotAsked {
  readonly refused: string
}

/**
 * Opens a run, approved by the person who asks. Guards that protect the host itself are heeded in any case; those that are
 * a matter of judgement (guard/README.md) can be passed over with a reason.
 */
export async function ask(request: Ask, parts: EngineParts): Promise<Asked | NotAsked> {
  const { action, device, isDryRun } = request
  const { store, policy: file, paths, clock } = parts
  const sample = await parts.sample()
  let vm: Vm | undefined
  if (request.vm !== undefined) {
    const found = namedVm(sample.vms, request.vm, paths.procfs)
    if ('no' in found) return refuse(found.no + plainCommand(found.pid, request.byHand.settings))
    vm = found.vm
  }
  const identity = vm && identityOf(vm, paths.procfs)
  if (vm !== undefined && identity === undefined) return refuse(`VM ${vm.label} has just ended`)
  const target = identity && { ...identity, label: vm!.label }
  const first = await planRun({ action, vm: target, device, byHand: request.byHand }, sample, parts)
  if ('no' in first) return refuse(first.reason)
  const { measure } = file.current.policy
  const problem = timeProblem(request.byHand, first.plan, measure.lease_total)
  if (problem !== undefined) return refuse(problem)
  const { isLeased } = first.plan
  // What has a lease does not last for ever.
  const byHand: ByHand =
    isLeased && !request.byHand.isJudged && request.byHand.forMs === null
      ? { ...request.byHand, forMs: measure.lease }
      : request.byHand
  const planned = { ...first, plan: asAskedFor(first.plan, byHand) }
  const now = clock.now()
  const budget = store.budget(slotOf({ vm: target, action, device }), now, 'person')
  const objections = [
    ...(planned.policy.mode === 'observe' ? ['the policy only observes this action'] : []),
    ...slotObjections(budget, file.current.policy, now),
    ...[hourObjection(budget, file.current.policy)].filter((text) => text !== undefined),
  ]
  const asked = { ...planned, vm: vm?.label, objections, run: undefined }
  if (isDryRun) return asked
  const refusal = whyNot(planned, objections, byHand, parts)
  if (refusal !== undefined) return refuse(refusal)
  if (request.planSha !== undefined && request.planSha !== planned.planSha)
    return refuse('the host has changed since the plan was shown; look at it again')
  const opened = store.openByHand(
    { action, device, vm: target, mode: 'propose', policySha: planned.policySha, byHand },
    planned,
    objections,
    file.current.policy.limits.approval_expires,
  )
  return 'isOpen' in opened
    ? refuse(
        `run ${opened.isOpen} of the same target and action is open; see it with "kvminfo remediate show ${opened.isOpen}", and end it with "kvminfo tune undo ${opened.isOpen}"`,
      )
    : { ...asked, run: opened.opened }
}

const refuse = (refused: string): NotAsked => ({ refused })

function timeProblem(
  { forMs, isJudged }: ByHand,
  { takesEffect, isLeased }: Plan,
  leaseTotalMs: number,
): string | undefined {
  if (forMs === null) return undefined
  if (isJudged) return 'a change that is judged lasts as long as it helps; leave out the time'
  if (takesEffect === 'next-start')
    return 'a change of the definition has no end, because it takes effect when the VM starts; leave out the time'
  return isLeased && forMs > leaseTotalMs
    ? `a real-time policy lasts ${durationText(leaseTotalMs)} at most (measure.lease_total of the policy)`
    : undefined
}

function whyNot(
  { plan, unmet }: Planned,
  objections: readonly string[],
  { forcedBecause }: ByHand,
  { isStopped, policy }: EngineParts,
): string | undefined {
  if (isStopped()) return 'the kill switch is set; "kvminfo remediate resume" ends it'
  if (policy.problem !== undefined) return `the policy is broken: ${policy.problem.message}`
  if (unmet !== undefined) return `${unmet}. To see the whole plan, add --dry-run`
  if (plan.owner !== noOwner)
    return `${plan.owner} manages this: change it there, with ${plan.commands.join(' ; ')}`
  return objections.length === 0 || forcedBecause !== null
    ? undefined
    : `${objections.join('; ')}. To do it all the same, add --force and --reason "..."`
}

/** For a process that is no VM: nothing watches it, so this program does not touch it. */
function plainCommand(pid: number | undefined, settings: HandSettings): string {
  if (pid === undefined) return ''
  const { scheduling = settings.tier === undefined ? undefined : tiers.get(settings.tier), nice } = settings
  if (nice !== undefined) return `; for other processes, use: renice --priority ${nice} --pid ${pid}`
  if (scheduling === undefined) return ''
  const { policy, rtPriority } = scheduling
  return `; for other processes, use: chrt --${policyName(policy)} --pid ${rtPriority} ${pid}`
}
