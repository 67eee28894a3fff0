// Our thresholds for guests that are slower than any real one.

import assert from 'node:assert/strict'

/** The one file of rules that is the operator's to change. */
export const settingsFile = 'settings.rules.yaml'

/**
 * Its text, but a VM is judged from 4 switches a second on: guests in an emulated host, which may itself be on a busy
 * machine, exit some fifty times less often than real ones.
 */
export function withLowFloor(settings: string): string {
  const lowered = settings.replace(
    /(record: kvminfo:switches_active:threshold\s+expr: )vector\(200\)/,
    '$1vector(4)',
  )
  assert.notEqual(lowered, settings, 'the floor is in the settings')
  return lowered
}
