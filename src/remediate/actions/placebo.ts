// Changes nothing, and goes through everything else: it is applied and undone by turns, and judged. How often it is called
// improved is how often the judge is wrong on this host.
import type { NothingOperation } from '../../actuator/protocol.ts'
import { type Action, noOwner, type Plan, type Refusal } from './action.ts'

export const placebo: Action = {
  names: ['placebo'],

  async plan({ vm, identity, read }): Promise<Plan | Refusal> {
    if (vm === undefined || identity === undefined)
      return { refused: 'a placebo is for a VM; the request names none' }
    const question: NothingOperation = { kind: 'nothing', vm: identity, from: 0, to: 1 }
    if ((await read(question)) === question.to)
      return { refused: 'an earlier placebo has not been undone; the next start of the VM ends it' }
    return {
      action: 'placebo',
      target: { vm: { ...identity, label: vm.label }, device: undefined },
      changes: [],
      operations: [question],
      takesEffect: 'live',
      isLeased: false,
      preconditions: [],
      risk: 'low',
      owner: noOwner,
      measurement: {
        design: 'switchback',
        metric: 'run-delay',
        text: "judged like a scheduling tier, by the share of time in which the VM's vCPUs wait for a CPU; as nothing is changed, any verdict but inconclusive is an error of the judge",
      },
      undo: 'there is nothing to undo',
      commands: [],
      diff: undefined,
    }
  },
}
