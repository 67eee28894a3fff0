// Plans of an action on a fixture tree: two VMs with two vCPUs each. The live values come from a real actuator on the same
// tree, unless a test says otherwise.
import { expect } from 'vitest'
import type { ActionName } from '../../../src/model/remediation.ts'
import { takeSample } from '../../../src/observe/sample.ts'
import { actionPolicy, parsePolicy } from '../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput, type Refusal } from '../../../src/remediate/actions/action.ts'
import { actionOf } from '../../../src/remediate/actions/index.ts'
import { identityOf } from '../../../src/remediate/target/identity.ts'
import { createHost } from '../../../src/sources/host.ts'
import { actuatorOnFiles } from '../actuator.ts'
import type { FixtureOptions } from '../fixture-tree.ts'

export function hostToPlan(options: Partial<FixtureOptions> = {}) {
  const host = actuatorOnFiles({ vms: 2, vcpus: 2, ...options })
  const { procfs, sysfs, rundir } = host

  /** `isOfHost`: the alert names no VM. */
  async function plan(
    action: ActionName,
    {
      policy = '',
      isOfHost = false,
      change = () => ({}),
    }: {
      policy?: string
      isOfHost?: boolean
      /** What is different from what the files say. */
      change?: (input: PlanInput) => Partial<PlanInput>
    } = {},
  ): Promise<Plan | Refusal> {
    const files = createHost({ procfs, sysfs, rundir }, { facts: () => undefined, close() {} })
    const sample = takeSample(await files.snapshot())
    files.close()
    const vm = isOfHost ? undefined : { ...sample.vms[0]!, state: 'running' as const }
    const input: PlanInput = {
      action,
      vm,
      identity: vm && identityOf(vm, procfs),
      device: undefined,
      sample,
      policy: actionPolicy(
        parsePolicy(`instances: [a]\n${policy}`, 'policy.yml'),
        action,
        vm && { name: vm.label, uuid: vm.uuid },
      ),
      async read(operation) {
        const answer = await host.actuator.answer({ do: 'read', operation })
        if (answer.outcome !== 'done') throw new Error(answer.reason)
        return answer.after
      },
      readDomain: async () => expect.unreachable(),
      readMemory: async () => expect.unreachable(),
      askGuest: async () => expect.unreachable(),
      procfs,
      sysfs,
      rundir,
    }
    return actionOf(action).plan({ ...input, ...change(input) })
  }

  async function planned(...given: Parameters<typeof plan>): Promise<Plan> {
    const result = await plan(...given)
    if (isRefusal(result)) throw new Error(result.refused)
    return result
  }

  return { ...host, plan, planned }
}

/** Those that do not hold, with what was seen. */
export const unmet = ({ preconditions }: Plan): string[] =>
  preconditions.filter(({ holds }) => !holds).map(({ text, seen }) => `${text} (${seen})`)
