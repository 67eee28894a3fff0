// The body of POST /api/v1/tune: what a person asks for by hand.
import * as z from 'zod'
import { isRealtimePolicy, policyNumber } from '../../model/policy.ts'
import { actionNames, threadSets } from '../../model/remediation.ts'
import { tierNames } from '../../policy/tiers.ts'
import type { Ask } from '../run/ask.ts'

const text = z.string().max(1_000)

const scheduling = z
  .strictObject({
    policy: z.enum(['fifo', 'rr', 'other', 'batch']),
    priority: z.int().min(0).max(99),
  })
  .transform(({ policy, priority }) => ({ policy: policyNumber(policy)!, rtPriority: priority }))
  .refine(
    ({ policy, rtPriority }) => isRealtimePolicy(policy) === rtPriority > 0,
    'fifo and rr have a priority from 1 to 99, other and batch have 0',
  )

const settings = z
  .strictObject({
    tier: z.enum(tierNames as [string, ...string[]]).optional(),
    scheduling: scheduling.optional(),
    nice: z.int().min(-20).max(19).optional(),
    threads: z.enum(threadSets).optional(),
    weight: z.number().gt(1).max(100).optional(),
    ksm_pace: z
      .strictObject({ pages_to_scan: z.int().min(1).max(1_250), sleep_ms: z.int().min(10).max(10_000) })
      .optional(),
    functions: z.int().min(1).max(256).optional(),
  })
  .transform(({ ksm_pace, ...others }) => ({
    ...others,
    ksmPace: ksm_pace && { pagesToScan: ksm_pace.pages_to_scan, sleepMs: ksm_pace.sleep_ms },
  }))

const dayMs = 86_400_000

const tuneRequest = z
  .strictObject({
    action: z.enum(actionNames),
    vm: text.optional(),
    device: text.optional(),
    settings: settings.prefault({}),
    /** Whether it is judged as a change for an alert. */
    judged: z.boolean().default(false),
    /** How long it lasts. */
    for_ms: z
      .int()
      .min(1_000)
      .max(365 * dayMs)
      .optional(),
    /** Why guards that are a matter of judgement are passed over. */
    force: z.string().trim().min(1).max(500).optional(),
    /** Who asks, for the history; only heeded on this host. */
    who: z.string().max(64).optional(),
    plan_sha: text.optional(),
    dry_run: z.boolean().default(false),
  })
  .superRefine(({ action, settings: given, judged }, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['settings', path], message })
    const { tier, scheduling: policy, nice, threads, weight, ksmPace, functions } = given
    if (action !== 'sched-tier' && [tier, policy, nice, threads].some((one) => one !== undefined))
      wrong('tier', 'tier, scheduling, nice and threads are for sched-tier')
    if ([tier, policy, nice].filter((one) => one !== undefined).length > 1)
      wrong('tier', 'give one of tier, scheduling and nice')
    if (weight !== undefined && action !== 'cpu-weight') wrong('weight', 'is for cpu-weight')
    if (ksmPace !== undefined && action !== 'ksm-on' && action !== 'ksm-pace')
      wrong('ksm_pace', 'is for ksm-on and ksm-pace')
    if (functions !== undefined && action !== 'virtual-functions')
      wrong('functions', 'is for virtual-functions')
    // Other threads of QEMU come and go, so a trial would not end.
    if (judged && threads !== undefined && threads !== 'vcpu')
      wrong('threads', 'only vCPU threads can be judged')
  })

/** The request, or what is wrong with the body. `who`: for the history, unless the body says it. */
export function parseTuneRequest(body: unknown, who: (given: string | undefined) => string): Ask | string {
  const parsed = tuneRequest.safeParse(body)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    return path.length === 0 ? message : `${path.join('.')}: ${message}`
  }
  const { action, vm, device, settings: given, judged, for_ms, force, plan_sha, dry_run } = parsed.data
  return {
    ...{ action, vm, device },
    byHand: {
      who: who(parsed.data.who),
      settings: given,
      isJudged: judged,
      forMs: for_ms ?? null,
      forcedBecause: force ?? null,
    },
    planSha: plan_sha,
    isDryRun: dry_run,
  }
}
