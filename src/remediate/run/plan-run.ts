// Makes the plan of a run from what the host is like now.

import { NoAnswer } from '../../actuator/client.ts'
import { KvminfoError } from '../../errors.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import type { Sample } from '../../observe/sample.ts'
import { type ActionPolicy, actionPolicy } from '../../policy/schema.ts'
import { isRefusal, type Plan } from '../actions/action.ts'
import { actionOf } from '../actions/index.ts'
import { askGuest } from '../target/guest.ts'
import { identityOf } from '../target/identity.ts'
import { asAskedFor, withSettings } from './by-hand.ts'
import type { EngineParts } from './engine-parts.ts'
import { planSha } from './plan-sha.ts'
import type { RunRow } from './store.ts'

export interface Planned {
  readonly plan: Plan
  readonly planSha: string
  readonly policySha: string
  readonly policy: ActionPolicy
  /** The preconditions that do not hold, as one sentence; undefined if all hold. */
  readonly unmet: string | undefined
}

/**
 * `refused`: it may not or need not be done. `gone`: the VM has ended. `later`: ask again. `unreadable`: a value cannot be
 * read now.
 */
export interface NoPlan {
  readonly no: 'refused' | 'gone' | 'later' | 'unreadable'
  readonly reason: string
}

export type PlanResult = Planned | NoPlan

export async function planRun(
  {
    action,
    vm: target,
    device,
    byHand,
  }: Pick<RunRow, 'action' | 'vm' | 'device'> & Partial<Pick<RunRow, 'byHand'>>,
  sample: Sample,
  { policy: file, actuator, paths, readDomain, readMemory }: EngineParts,
): Promise<PlanResult> {
  const { policy, sha } = file.current
  const vm = target === undefined ? undefined : findVm(sample.vms, target, paths.procfs)
  if (target !== undefined && vm === undefined) return noPlan('gone', `VM ${target.label} has ended`)
  const ofAction = withSettings(
    actionPolicy(policy, action, vm && { name: vm.label, uuid: vm.uuid }),
    byHand?.settings,
  )
  if (ofAction.isProtected) return noPlan('refused', 'the policy protects this VM')
  const identity = target && { uuid: target.uuid, pid: target.pid, startTick: target.startTick }
  try {
    const result = await actionOf(action).plan({
      action,
      vm,
      identity,
      device,
      sample,
      policy: ofAction,
      ...(byHand === undefined ? {} : { settings: byHand.settings }),
      async read(operation) {
        const answer = await actuator.read(operation)
        if (answer.outcome !== 'done') throw new Unreadable(answer.reason ?? 'the actuator cannot read it')
        return answer.after
      },
      readDomain: (uuid) => fromLibvirt(readDomain(uuid)),
      readMemory: (uuid) => fromLibvirt(readMemory(uuid)),
      askGuest: () => askGuest(actuator, identity),
      procfs: paths.procfs,
      sysfs: paths.sysfs,
      rundir: paths.rundir,
    })
    if (isRefusal(result)) return noPlan('refused', result.refused)
    const restarted = ofAction.restart && isForNextStart(result) ? { ...result, restart: true } : result
    const plan = byHand === undefined ? restarted : asAskedFor(restarted, byHand)
    const unmet = plan.preconditions.filter(({ holds }) => !holds)
    return {
      plan,
      planSha: planSha(plan, sha),
      policySha: sha,
      policy: ofAction,
      unmet:
        unmet.length === 0
          ? undefined
          : unmet.map(({ text, seen }) => `it does not hold that ${text} (${seen})`).join('; '),
    }
  } catch (error) {
    if (error instanceof NoAnswer) return noPlan('later', 'the actuator does not answer')
    if (error instanceof Unreadable) return noPlan('unreadable', error.message)
    throw error
  }
}

export const noPlan = (no: NoPlan['no'], reason: string): NoPlan => ({ no, reason })

const isForNextStart = ({ takesEffect, operations }: Plan): boolean =>
  takesEffect === 'next-start' && operations.length > 0

class Unreadable extends Error {}

/** A libvirt that is busy misses its deadline now and answers in a minute. */
async function fromLibvirt<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof KvminfoError && error.code === 'SOURCE_FAILED') throw new Unreadable(error.message)
    throw error
  }
}

/** By pid and start, since a label can move to another VM. */
function findVm(vms: readonly Vm[], target: VmIdentity, procfs: string): Vm | undefined {
  const vm = vms.find(({ pid }) => pid === target.pid)
  if (vm === undefined) return undefined
  const identity = identityOf(vm, procfs)
  return identity !== undefined && identity.startTick === target.startTick && identity.uuid === target.uuid
    ? vm
    : undefined
}
