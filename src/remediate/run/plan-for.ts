// The plan that an alert with this action would get now, for people who want to see it first.
import type { ActionName } from '../../model/remediation.ts'
import { identityOf, vmByLabel } from '../target/identity.ts'
import type { EngineParts } from './engine-parts.ts'
import { noPlan, type PlanResult, planRun } from './plan-run.ts'

export async function planFor(
  action: ActionName,
  label: string | undefined,
  device: string | undefined,
  parts: EngineParts,
): Promise<PlanResult> {
  const sample = await parts.sample()
  if (label === undefined) return planRun({ action, vm: undefined, device }, sample, parts)
  const vm = vmByLabel(sample.vms, label)
  const identity = vm && identityOf(vm, parts.paths.procfs)
  if (vm === undefined || identity === undefined)
    return noPlan('gone', `no VM ${JSON.stringify(label)} runs on this host`)
  return planRun({ action, vm: { ...identity, label: vm.label }, device }, sample, parts)
}
