// The JSON of the API of runs, which the commands and the page read. Times are ISO 8601 in UTC unless the name says
// otherwise; null means that there is none. This file imports no code, because browser modules take their types from it.
import type { ActionName, Mode, RunState, Verdict } from '../../model/remediation.ts'

/** GET /api/v1/runs */
export interface RunList {
  /** Version of the program. */
  readonly version: string
  /** When it answered, seconds since the Unix epoch. */
  readonly at: number
  /** Whether the kill switch is set. */
  readonly stopped: boolean
  readonly guards: GuardsDocument
  /** Oldest first. */
  readonly open: readonly RunSummary[]
  /** Newest first. */
  readonly ended: readonly RunSummary[]
  /** Those that have ended and whose change is still in place, oldest first. */
  readonly kept: readonly RunSummary[]
}

/** What keeps changes back: the limits of the policy, and how far they are used up. */
export interface GuardsDocument {
  /** The names of this host in alerts. */
  readonly instances: readonly string[]
  /** False if the policy file has become wrong: then the last good one is shown, and nothing new begins. */
  readonly policy_valid: boolean
  readonly journal_writable: boolean
  /** Whether the policy names a token with which a person can decide over HTTP. */
  readonly has_approvers: boolean
  /** The mode that holds all actions back; null if each has its own. */
  readonly mode: Mode | null
  /** When changes may begin without a person's approval; always if there is none. */
  readonly windows: readonly string[]
  readonly in_window: boolean
  readonly limits: {
    readonly at_once: number
    readonly changes_per_hour: number
    readonly cooldown_seconds: number
    readonly attempts_per_day: number
    readonly storm_alerts: number
    readonly storm_period_seconds: number
    readonly approval_expires_seconds: number
  }
  /** Runs that are changing the host now. */
  readonly changing: number
  readonly changes_in_hour: number
  readonly alerts_in_storm_period: number
  /** What must not be tried again for now. */
  readonly quarantines: readonly {
    /** `<uuid>|<action>|<device>` or `host|<action>|<device>`. */
    readonly slot: string
    /** null if only a person can end it. */
    readonly seconds_left: number | null
    readonly reason: string
  }[]
}

export interface RunSummary {
  readonly id: number
  readonly action: ActionName
  /** null for the host. */
  readonly vm: string | null
  readonly uuid: string | null
  readonly device: string | null
  readonly mode: Mode
  readonly state: RunState
  readonly verdict: Verdict | null
  /** Why it is in this state. */
  readonly reason: string | null
  /** What it waits for before it can go on. */
  readonly waits: string | null
  /** null if no person asked for it by hand. */
  readonly by_hand: {
    readonly who: string
    readonly judged: boolean
    /** How long it lasts once it is applied; null without an end. */
    readonly lasts_seconds: number | null
    /** Why guards were passed over; null if they were heeded. */
    readonly forced_because: string | null
  } | null
  /** Of the plan; an approval names it. */
  readonly plan_sha: string | null
  readonly created: string
  /** When it came into its state. */
  readonly changed: string
}

export interface PlanDocument {
  readonly changes: readonly { readonly what: string; readonly now: string; readonly next: string }[]
  readonly takes_effect: 'live' | 'next-start'
  /** Whether the program restarts the VM for it. */
  readonly restart: boolean
  readonly leased: boolean
  readonly preconditions: readonly {
    readonly text: string
    readonly holds: boolean
    readonly seen: string
  }[]
  readonly risk: 'low' | 'medium' | 'high' | 'critical'
  readonly owner: string
  readonly judged: string
  /** The cost that is compared: `run-delay` is a share of time, the others are per unit of work. */
  readonly metric: 'run-delay' | 'userspace-per-byte' | 'userspace-per-packet' | 'none'
  /** The order in which it is tried, if it is applied and undone by turns. A: as before, B: with the change. */
  readonly trial: { readonly blocks: readonly ('A' | 'B')[]; readonly windows_per_block: number } | null
  readonly undo: string
  /** What a person should know before. */
  readonly notes: readonly string[]
  readonly commands: readonly string[]
  /** Unified diff of the domain's XML. */
  readonly diff: string | null
}

/** POST /api/v1/tune */
export interface TuneAnswer {
  /** null for a dry run. */
  readonly run: number | null
  /** null for the host. */
  readonly vm: string | null
  readonly plan: PlanDocument
  readonly plan_sha: string
  /** What does not hold, so that it is refused; null if all holds. */
  readonly unmet: string | null
  /** What the guards say against it that can be passed over with a reason. */
  readonly objections: readonly string[]
}

/** GET /api/v1/runs/<id> */
export interface RunDocument extends RunSummary {
  readonly plan: PlanDocument | null
  readonly steps: readonly {
    readonly n: number
    readonly operation: unknown
    readonly undo: boolean
    readonly phase: 'intent' | 'done' | 'failed' | 'unknown'
    readonly before: unknown
    readonly after: unknown
    readonly reason: string | null
    readonly at: string
  }[]
  readonly windows: readonly {
    /** `<block, from 1> <A or B>` of a trial; `holding` after it. */
    readonly phase: string
    /** When the window ended. */
    readonly at: string
    readonly window: unknown
  }[]
  readonly alerts: readonly {
    readonly fingerprint: string
    readonly starts_at: string
    readonly status: 'firing' | 'resolved'
    readonly labels: Readonly<Record<string, string>>
    readonly received: string
  }[]
  readonly events: readonly {
    readonly seq: number
    readonly at: string
    readonly kind: string
    readonly body: unknown
  }[]
}
