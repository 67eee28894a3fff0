// Kernel same-page merging: on, off, and how fast it scans (thesis, 5.2.1: on for hosts that are over-committed and for
// test and desktop hosts; off when the CPUs are more than 70 % busy).
import type { KsmPace, KsmPaceOperation, KsmRunOperation, Operation } from '../../actuator/protocol.ts'
import type { ActionName } from '../../model/remediation.ts'
import { leavesReserve } from '../../policy/memory-reserve.ts'
import { hostOwner, type Wanted } from '../../sources/host-owners.ts'
import { readLoad } from '../../sources/load/read.ts'
import { hostMemory } from '../../sources/meminfo/available.ts'
import {
  type Action,
  type Change,
  noOwner,
  type Plan,
  type PlanInput,
  type Precondition,
  type Refusal,
} from './action.ts'
import { sizeText } from './size-text.ts'

/** KvmHostKsmUnderLoad switches KSM off above this share of the host's CPUs. */
const busyShare = 0.7

const directory = '/sys/kernel/mm/ksm'
const runText = ['off, merged pages stay', 'on', 'off, nothing is merged'] as const

export const ksm: Action = {
  names: ['ksm-on', 'ksm-off', 'ksm-pace'],

  async plan(input): Promise<Plan | Refusal> {
    const { action, vm, sample, policy, read } = input
    if (vm !== undefined) return { refused: 'KSM concerns the whole host, and the alert names a VM' }
    if (sample.ksm === undefined) return { refused: sample.missing.get('ksm') ?? 'this host has no KSM' }
    const run = (await read({ kind: 'ksm-run', from: 0, to: 1 })) as 0 | 1 | 2
    switch (action) {
      case 'ksm-off':
        return run === 1
          ? planOf(input, [switched(run, 0)], offPreconditions(input))
          : { refused: 'KSM is off already' }
      case 'ksm-on': {
        if (run === 1) return { refused: 'KSM is on already' }
        const pace = await paced(input, policy.ksmPace)
        // The pace first, so that KSM never runs at another one.
        return planOf(
          input,
          [...(pace === undefined ? [] : [pace]), switched(run, 1)],
          onPreconditions(input),
        )
      }
      default: {
        if (run !== 1) return { refused: 'KSM is off, so its pace has no effect' }
        const pace = await paced(input, policy.ksmPace)
        return pace === undefined
          ? { refused: `KSM scans ${paceText(policy.ksmPace)} already` }
          : planOf(input, [pace], [])
      }
    }
  },
}

const switched = (from: 0 | 1 | 2, to: 0 | 1): KsmRunOperation => ({ kind: 'ksm-run', from, to })

/** undefined if that is the pace already. */
async function paced({ read }: PlanInput, to: KsmPace): Promise<KsmPaceOperation | undefined> {
  const from = (await read({ kind: 'ksm-pace', from: to, to })) as KsmPace
  return from.pagesToScan === to.pagesToScan && from.sleepMs === to.sleepMs
    ? undefined
    : { kind: 'ksm-pace', from, to }
}

const paceText = ({ pagesToScan, sleepMs }: KsmPace): string => `${pagesToScan} pages each ${sleepMs} ms`

type KsmOperation = KsmRunOperation | KsmPaceOperation

function planOf(
  { action, procfs, sysfs }: PlanInput,
  operations: readonly KsmOperation[],
  preconditions: readonly Precondition[],
): Plan {
  const owner = operations
    .map((operation) => hostOwner(wantedOf(operation), { procfs, sysfs }))
    .find((one) => one !== undefined)
  return {
    action,
    target: { vm: undefined, device: undefined },
    changes: operations.map(changeOf),
    operations: owner === undefined ? operations : [],
    takesEffect: 'live',
    isLeased: false,
    preconditions,
    risk: action === 'ksm-on' ? 'medium' : 'low',
    owner: owner?.name ?? noOwner,
    measurement: { design: 'none', metric: 'none', text: effectText(action) },
    undo: operations.some(({ kind, from }) => kind === 'ksm-run' && from === 2)
      ? 'KSM unmerges all pages again, if there is room for the copies'
      : 'KSM gets its former setting back; merged pages stay merged',
    commands: owner?.commands ?? operations.flatMap(commandsOf),
    diff: undefined,
  }
}

function wantedOf(operation: KsmOperation): Wanted {
  return operation.kind === 'ksm-run'
    ? { knob: 'ksm-run', value: operation.to === 1 ? 1 : 0 }
    : { knob: 'ksm-pace', ...operation.to }
}

function changeOf(operation: KsmOperation): Change {
  return operation.kind === 'ksm-run'
    ? { what: `${directory}/run`, now: runText[operation.from], next: runText[operation.to] }
    : { what: 'pace of KSM', now: paceText(operation.from), next: paceText(operation.to) }
}

function commandsOf(operation: Operation): string[] {
  if (operation.kind === 'ksm-run') return [`echo ${operation.to} > ${directory}/run`]
  if (operation.kind !== 'ksm-pace') return []
  return [
    `echo ${operation.to.pagesToScan} > ${directory}/pages_to_scan`,
    `echo ${operation.to.sleepMs} > ${directory}/sleep_millisecs`,
  ]
}

function effectText(action: ActionName): string {
  return action === 'ksm-on'
    ? 'not measured per VM; pages_sharing and general_profit show after some full scans what KSM saves'
    : 'not measured per VM, because it concerns the whole host; ksmd then uses less CPU time'
}

function onPreconditions({ sample, procfs }: PlanInput): Precondition[] {
  const cpus = sample.cpuTime?.length ?? 0
  const load = readLoad(procfs)
  const small = sample.vms.filter(({ pid }) => (sample.vmMemory?.get(pid)?.residentBytes ?? 0) > 0).length
  return [
    {
      text: `the CPUs are at most ${busyShare * 100} % busy`,
      holds: load <= cpus * busyShare,
      seen: `${load} tasks on ${cpus} CPUs, average of 5 minutes`,
    },
    {
      text: 'there are at least two VMs whose pages could be equal; pages of a pool of huge pages are never merged',
      holds: small >= 2,
      seen: `${small} of ${sample.vms.length} VMs hold ordinary pages`,
    },
  ]
}

/** Merged pages stay merged, but what VMs write to from now on is not merged again. */
function offPreconditions({ procfs }: PlanInput): Precondition[] {
  const memory = hostMemory(procfs)
  const { total, available } = memory
  return [
    {
      text: 'a tenth of the memory is available, because pages that VMs write to are not merged again',
      holds: leavesReserve(memory),
      seen: `${sizeText(available)} of ${sizeText(total)}`,
    },
  ]
}
