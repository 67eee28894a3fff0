// What the policy file of remediation may say, and its defaults. deploy/remediation/README.md explains it to operators.
import * as z from 'zod'
import { parseYaml } from '../config/parse-yaml.ts'
import { type ActionName, actionNames, type Mode, modes } from '../model/remediation.ts'
import { durationMs } from './duration.ts'
import { type Tier, tierNames, tiers } from './tiers.ts'
import { parseWindow, type TimeWindow } from './windows.ts'

/**
 * The mode of each action if the file does not say one. What is undone while the VM runs and risks little is done at
 * once; everything else is proposed.
 */
const defaultModes: Readonly<Record<ActionName, Mode>> = {
  'sched-tier': 'auto',
  'cpu-weight': 'auto',
  hugepages: 'propose',
  'ksm-on': 'propose',
  'ksm-off': 'auto',
  'ksm-pace': 'auto',
  'balloon-deflate': 'auto',
  'balloon-inflate': 'propose',
  'virtio-disk': 'propose',
  'virtio-nic': 'propose',
  'vhost-net': 'propose',
  'assign-device': 'propose',
  'virtual-functions': 'propose',
  'host-prepare': 'propose',
  placebo: 'auto',
}

/** These may never be `auto`: their undo depends on the guest, or they take a device away from the host. */
const neverAuto: readonly ActionName[] = [
  'assign-device',
  'virtual-functions',
  'virtio-disk',
  'virtio-nic',
  'host-prepare',
]

const mode = z.enum(modes)
const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const milliseconds = durationMs(value)
  if (milliseconds !== undefined) return milliseconds
  context.addIssue({ code: 'custom', message: 'must be a duration such as 30s, 15m, 1h30m' })
  return z.NEVER
})

const actionSchema = z.strictObject({
  mode: mode.optional(),
  /** For sched-tier. */
  tier: z.enum(tierNames as [string, ...string[]]).optional(),
  /** For cpu-weight: the weight of the VM's control group, in times of the kernel's default. */
  weight: z.number().gt(1).max(100).optional(),
  /** For ksm-on and ksm-pace: how many pages KSM scans, and how long it sleeps then. */
  pages_to_scan: z.int().min(1).max(1_250).optional(),
  sleep: duration.refine((ms) => ms >= 10 && ms <= 10_000, 'must be 10ms to 10s').optional(),
  /** For what takes effect when the VM starts next: whether an approved change restarts the VM. */
  restart: z.boolean().optional(),
  /** For virtio-disk: whether an approved change may test the guest's driver with a disk that is plugged in. */
  test_disk: z.boolean().optional(),
  /** For virtual-functions: how many a device gets; fewer if it can have only fewer. */
  functions: z.int().min(1).max(256).optional(),
})

const actionsSchema = z.partialRecord(z.enum(actionNames), actionSchema).superRefine((actions, context) => {
  for (const name of neverAuto) {
    if (actions[name]?.mode === 'auto')
      context.addIssue({ code: 'custom', path: [name, 'mode'], message: 'can only be observe or propose' })
  }
})

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a UUID')
  .transform((text) => text.toLowerCase())

const vmSchema = z
  .strictObject({
    /** `*` stands for any characters. */
    name: z.string().min(1).optional(),
    uuid: uuid.optional(),
    protected: z.boolean().default(false),
    /** A person's word that the guest has the virtio drivers, also in its initramfs. */
    virtio_ready: z.boolean().default(false),
    actions: actionsSchema.default({}),
  })
  .refine(({ name, uuid }) => (name === undefined) !== (uuid === undefined), 'give either name or uuid')

const windowSchema = z.string().transform((text, context) => {
  const window = parseWindow(text)
  if (typeof window !== 'string') return window
  context.addIssue({ code: 'custom', message: window })
  return z.NEVER
})

const limitsSchema = z.strictObject({
  at_once: z.int().min(1).max(16).default(1),
  changes_per_hour: z.int().min(0).default(6),
  cooldown: duration.default(3_600_000),
  attempts_per_day: z.int().min(1).default(3),
  storm_alerts: z.int().min(1).default(30),
  storm_period: duration.default(300_000),
  approval_expires: duration.default(24 * 3_600_000),
})

const actuatorSchema = z.strictObject({
  max_realtime_priority: z.int().min(1).max(99).default(2),
  min_nice: z.int().min(-20).max(19).default(-10),
  /** CPUs that no real-time vCPU may be able to fill. */
  free_cpus: z.int().min(1).default(1),
  /** The highest weight of a VM's control group, in times of the kernel's default. */
  max_cpu_weight: z.number().min(1).max(100).default(10),
})

const credentialsSchema = z.strictObject({
  /** Files with the bearer tokens of Alertmanager; two while a token is being replaced. */
  alertmanager: z.array(z.string().min(1)).max(2).default([]),
  /** Files with the bearer tokens of people who approve. */
  approver: z.array(z.string().min(1)).max(2).default([]),
})

const measureSchema = z.strictObject({
  /** The length of one window of a switchback; a block has five. */
  window: duration.default(15_000).refine((ms) => ms >= 200, 'must be at least 200ms'),
  /** How long a proven real-time tier lasts until it must have been proven again. */
  lease: duration.default(15 * 60_000),
  /** How long a real-time tier lasts in all; after that a person decides. */
  lease_total: duration.default(24 * 3_600_000),
  /** The length of one window before and after a restart. */
  restart_window: duration.default(30_000).refine((ms) => ms >= 200, 'must be at least 200ms'),
  /** How long a VM may take to shut down, and to come up after a start with a changed definition. */
  boot: duration.default(5 * 60_000),
  /** How long after its start a VM is not measured yet. */
  settle: duration.default(5 * 60_000),
  /** How long after a restart windows with the usual load are waited for. */
  wait_for_load: duration.default(7 * 86_400_000),
  /** How often a placebo run is made; 0 is never. */
  placebo: duration.default(7 * 86_400_000),
})

const policySchema = z.strictObject({
  instances: z.array(z.string().min(1)).min(1, 'name this host as alerts do in their label instance'),
  mode: mode.optional(),
  actions: actionsSchema.default({}),
  vms: z.array(vmSchema).default([]),
  windows: z.array(windowSchema).default([]),
  limits: limitsSchema.prefault({}),
  actuator: actuatorSchema.prefault({}),
  measure: measureSchema.prefault({}),
  credentials: credentialsSchema.prefault({}),
})

export type Policy = Omit<z.infer<typeof policySchema>, 'windows'> & {
  readonly windows: readonly TimeWindow[]
}

/** What the policy says of one action on one VM or on the host. */
export interface ActionPolicy {
  readonly mode: Mode
  readonly tier: Tier
  readonly isProtected: boolean
  /** Whether a change that takes effect when the VM starts next restarts it. Always asks first. */
  readonly restart: boolean
  /** A person's word that the guest has the virtio drivers. */
  readonly isVirtioReady: boolean
  /** Whether the driver of the guest may be tested with a disk that is plugged in for a moment. Always asks first. */
  readonly mayPlugTestDisk: boolean
  /** CPUs that must be left to others. */
  readonly freeCpus: number
  readonly maxRealtimePriority: number
  readonly minNice: number
  /** In times of the kernel's default weight. */
  readonly cpuWeight: number
  readonly maxCpuWeight: number
  readonly ksmPace: { readonly pagesToScan: number; readonly sleepMs: number }
  /** How many virtual functions a device gets. */
  readonly functions: number
}

/** `path` is for messages. Throws CONFIG_INVALID with file, line and key. */
export function parsePolicy(text: string, path: string): Policy {
  return parseYaml(text, policySchema, path, 'core')
}

const defaultTier = 'safe:2'

/** Beside one VM of the default weight, a busy VM then gets 80 % of a CPU instead of 50 %. */
const defaultCpuWeight = 4

/** A tenth of the kernel's own pace: 2 MiB a second. KvmHostKsmUnderLoad.md recommends it for hosts that are busy. */
const defaultKsmPace = { pagesToScan: 100, sleepMs: 200 }

/** As many as the smallest cards have; a device with fewer gets all. */
const defaultFunctions = 4

export function actionPolicy(
  policy: Policy,
  action: ActionName,
  vm: { readonly name: string; readonly uuid: string | undefined } | undefined,
): ActionPolicy {
  const entries = vm === undefined ? [] : policy.vms.filter((entry) => matches(entry, vm))
  // Of several entries the last one counts, as later lines refine earlier ones; but any of them can protect.
  const settings = [policy.actions[action], ...entries.map(({ actions }) => actions[action])]
  const last = <
    Key extends
      | 'mode'
      | 'tier'
      | 'weight'
      | 'pages_to_scan'
      | 'sleep'
      | 'restart'
      | 'test_disk'
      | 'functions',
  >(
    key: Key,
  ) => settings.findLast((one) => one?.[key] !== undefined)?.[key]
  const { free_cpus, max_realtime_priority, min_nice, max_cpu_weight } = policy.actuator
  const general = policy.mode
  return {
    mode: last('mode') ?? lowerOf(general, defaultModes[action]),
    tier: tiers.get(last('tier') ?? defaultTier)!,
    isProtected: entries.some((entry) => entry.protected),
    restart: last('restart') ?? false,
    mayPlugTestDisk: last('test_disk') ?? true,
    isVirtioReady: entries.some((entry) => entry.virtio_ready),
    freeCpus: free_cpus,
    maxRealtimePriority: max_realtime_priority,
    minNice: min_nice,
    cpuWeight: last('weight') ?? defaultCpuWeight,
    maxCpuWeight: max_cpu_weight,
    ksmPace: {
      pagesToScan: last('pages_to_scan') ?? defaultKsmPace.pagesToScan,
      sleepMs: last('sleep') ?? defaultKsmPace.sleepMs,
    },
    functions: last('functions') ?? defaultFunctions,
  }
}

/** A general mode can hold actions back; it makes none bolder than its own default. */
function lowerOf(general: Mode | undefined, own: Mode): Mode {
  if (general === undefined) return own
  return modes.indexOf(general) < modes.indexOf(own) ? general : own
}

/** Whether an entry of `vms` is about this VM. */
export function matches(
  entry: { readonly name?: string | undefined; readonly uuid?: string | undefined },
  vm: { readonly name: string | undefined; readonly uuid: string | null | undefined },
): boolean {
  if (entry.uuid !== undefined) return entry.uuid === vm.uuid?.toLowerCase()
  return vm.name !== undefined && globMatches(entry.name!, vm.name)
}

/** Linear in the length of both, whatever the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  const [first, ...others] = pattern.split('*') as [string, ...string[]]
  if (others.length === 0) return text === first
  const last = others.pop()!
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false
  let at = first.length
  const end = text.length - last.length
  for (const piece of others) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}
