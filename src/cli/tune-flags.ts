// The flags of the commands of `kvminfo tune`.
import { threadSets } from '../model/remediation.ts'
import { type Flags, type FlagValues, optional, single, toggle } from './flag.ts'
import { duration, nonEmpty, oneOf, wholeNumberBetween } from './flag-values.ts'
import { askFlags } from './remediate-flags.ts'

/** Of every command that changes something. */
export const tuneFlags = {
  isDryRun: toggle('dry-run', 'Show the plan, and what speaks against it. Changes nothing.'),
  forMs: optional({
    name: 'for',
    argument: '<duration>',
    description:
      'Undo it after this time, such as `30m` or `8h`. A real-time policy lasts for `measure.lease` of the policy (15 minutes) by default, and for `measure.lease_total` (a day) at most; everything else stays until it is undone.',
    parse: duration,
  }),
  isJudged: toggle(
    'judge',
    'Treat it as a change for an alert: try it by turns, and undo it unless it is proven that it helps.',
  ),
  isForced: toggle(
    'force',
    'Pass over the guards that are a matter of judgement: cooldown, attempts in a day, changes in an hour and at the same time, quarantine, and the mode observe. Needs `--reason`.',
  ),
  reason: optional({
    name: 'reason',
    argument: '<text>',
    description: 'Why `--force`; kept in the journal and shown in the history.',
    parse: nonEmpty,
  }),
  isDetached: toggle('no-wait', 'Do not wait until it is applied.'),
  ...askFlags,
} as const satisfies Flags

export type TuneOptions = FlagValues<typeof tuneFlags>

const threadsFlag = single({
  name: 'threads',
  argument: '<threads>',
  default: 'vcpu',
  description: `Which threads of the VM: ${threadSets.join(', ')}. \`main\` is the thread whose number is the pid, which runs no guest code.`,
  parse: oneOf(threadSets),
})

export const policies = ['fifo', 'rr', 'other', 'batch'] as const

export const schedFlags = {
  policy: optional({
    name: 'policy',
    argument: '<policy>',
    description: `Scheduling policy: ${policies.join(', ')}.`,
    parse: oneOf(policies),
  }),
  priority: single({
    name: 'priority',
    argument: '<number>',
    default: '0',
    description:
      'Real-time priority: 1 to 99 for fifo and rr, 0 for the others. The highest that is allowed is `actuator.max_realtime_priority` of the policy, 2 unless it says otherwise.',
    parse: wholeNumberBetween(0, 99),
  }),
  threads: threadsFlag,
  ...tuneFlags,
} as const satisfies Flags

export const niceFlags = { threads: threadsFlag, ...tuneFlags } as const satisfies Flags

export const ksmFlags = {
  pages: optional({
    name: 'pages',
    argument: '<number>',
    description: 'How many pages KSM scans before it sleeps, 1 to 1250. For `on` and `pace`.',
    parse: wholeNumberBetween(1, 1_250),
  }),
  sleepMs: optional({
    name: 'sleep',
    argument: '<milliseconds>',
    description: 'How long KSM sleeps then, 10 to 10000 ms. For `on` and `pace`.',
    parse: wholeNumberBetween(10, 10_000),
  }),
  ...tuneFlags,
} as const satisfies Flags
