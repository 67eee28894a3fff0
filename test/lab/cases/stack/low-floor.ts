// Our thresholds, adapted to guests that are slower than any real guest.

import assert from 'node:assert/strict'

/** The only rule file that operators are meant to change. */
export const settingsFile = 'settings.rules.yaml'

/** Left out where no `kvminfo remediate` runs: an emulated CPU evaluates as few rules as possible. */
export const remediationFile = 'remediation.rules.yaml'

/**
 * Returns the text of that file, changed so that VMs are judged from 4 exits a second on. Guests in an emulated host,
 * which may itself run on a busy machine, exit some fifty times less often than real ones.
 */
export function withLowFloor(settings: string): string {
  const lowered = settings.replace(
    /(record: kvminfo:switches_active:threshold\s+expr: )vector\(200\)/,
    '$1vector(4)',
  )
  assert.notEqual(lowered, settings, 'the settings contain the floor')
  return lowered
}

/**
 * Returns the text of that file, changed so that no host counts as short of CPU, however busy it is. An emulated host
 * always is, and that alert inhibits those on its single VMs.
 */
export function withoutHostCpuAlert(settings: string): string {
  const raised = settings.replace(
    /(record: kvminfo:host_cpu_high:threshold\s+expr: )vector\(0\.70\)/,
    '$1vector(1)',
  )
  assert.notEqual(raised, settings, 'the settings contain the threshold')
  return raised
}
