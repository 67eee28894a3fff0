// Makes the checks, each isolated from the others, and sorts what they find.
import { KvminfoError } from '../errors.ts'
import { type Severity, severities } from '../model/finding.ts'
import { attempt } from '../sources/attempt.ts'
import type { Check, Found } from './check.ts'
import type { HostView } from './host-view.ts'

export interface Finding extends Found {
  readonly check: string
  /** Undefined if it concerns the host. */
  readonly vm: string | undefined
  readonly source: string
  /** Names this finding for `--fix`: the check, the VM and the device, divided by slashes. */
  readonly item: string
}

export interface NotChecked {
  readonly check: string
  readonly vm: string | undefined
  readonly why: string
}

export interface Examination {
  /** The worst first; those of equal severity in the order of the checks. */
  readonly findings: readonly Finding[]
  readonly notChecked: readonly NotChecked[]
  /** Checks that were made, for all VMs if they concern VMs, and found nothing. */
  readonly passed: readonly string[]
}

export async function examine(checks: readonly Check[], host: HostView): Promise<Examination> {
  const findings: Finding[] = []
  const notChecked: NotChecked[] = []
  const passed: string[] = []
  for (const check of checks) {
    const before = findings.length + notChecked.length
    for (const { vm, look } of looksOf(check, host)) {
      try {
        const found = await look()
        findings.push(...found.map((one) => findingOf(check, vm, one)))
      } catch (error) {
        if (!(error instanceof KvminfoError)) throw error
        notChecked.push({ check: check.name, vm, why: error.message })
      }
    }
    if (findings.length + notChecked.length === before) passed.push(check.name)
  }
  const order = (severity: Severity): number => severities.indexOf(severity)
  return { findings: findings.toSorted((a, b) => order(a.severity) - order(b.severity)), notChecked, passed }
}

interface Look {
  readonly vm: string | undefined
  readonly look: () => readonly Found[] | Promise<readonly Found[]>
}

function looksOf(check: Check, host: HostView): Look[] {
  if (check.scope === 'host') return [{ vm: undefined, look: () => check.examine(host) }]
  const { value: vms, error } = attempt(() => host.vms)
  if (error !== undefined) return [{ vm: undefined, look: () => Promise.reject(error) }]
  return vms.map((view) => ({ vm: view.vm.label, look: () => check.examine(view, host) }))
}

function findingOf({ name, source }: Check, vm: string | undefined, found: Found): Finding {
  const item = [name, vm, found.device].filter((part) => part !== undefined).join('/')
  return { ...found, check: name, vm, source, item }
}

/** undefined if there is no finding. */
export const worstOf = ({ findings }: Examination): Severity | undefined => findings[0]?.severity
