import { expect, test } from 'vitest'
import { reportSources } from '../../../src/cli/source-report.ts'
import { createLogger } from '../../../src/log/logger.ts'
import type { SourceState } from '../../../src/model/sources.ts'

function report(...states: SourceState[]): string[] {
  const lines: string[] = []
  const log = createLogger(
    { level: 'info', format: 'logfmt', isColoured: false },
    { write: (line) => void lines.push(line.replace(/^ts=\S+ level=/, '').trimEnd()) },
  )
  reportSources(states, log)
  return lines
}

const state = (source: SourceState['source'], rest: Partial<SourceState>): SourceState => ({
  fact: 'exits',
  source,
  state: 'unavailable',
  code: undefined,
  reason: undefined,
  remedy: undefined,
  ...rest,
})

test('logs only the best source if it is in use', () => {
  expect(report(state('module', { state: 'in-use' }), state('debugfs', { reason: 'denied' }))).toEqual([
    'info msg="source in use" fact=exits source=module',
  ])
})

test('logs a better source that is missing with its reason and remedy', () => {
  const lines = report(
    state('module', { reason: 'not loaded', remedy: 'modprobe kvminfo' }),
    state('debugfs', { state: 'in-use' }),
    state('libvirt', { reason: 'no socket' }),
  )
  expect(lines).toEqual([
    'info msg="source in use" fact=exits source=debugfs',
    'info msg="a better source is not available" fact=exits source=module reason="not loaded" remedy="modprobe kvminfo"',
  ])
})

test('warns if no source is available, but not if one is on standby', () => {
  expect(report(state('module', { reason: 'not loaded' }))).toEqual([
    'warn msg="no source available for this fact, so its metrics are missing" fact=exits',
    'info msg="source not available" fact=exits source=module reason="not loaded"',
  ])
  expect(report(state('debugfs', { state: 'standby' }))).toEqual([
    'info msg="source ready; no VM uses it yet" fact=exits source=debugfs',
  ])
})
