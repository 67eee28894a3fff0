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

test('the best source in use has nothing to improve', () => {
  expect(report(state('module', { state: 'in-use' }), state('debugfs', { reason: 'denied' }))).toEqual([
    'info msg="source in use" fact=exits source=module',
  ])
})

test('a better one that is missing is named with its reason and its remedy', () => {
  const lines = report(
    state('module', { reason: 'not loaded', remedy: 'modprobe kvminfo' }),
    state('debugfs', { state: 'in-use' }),
    state('libvirt', { reason: 'no socket' }),
  )
  expect(lines).toEqual([
    'info msg="source in use" fact=exits source=debugfs',
    'info msg="source not available" fact=exits source=module reason="not loaded" remedy="modprobe kvminfo"',
  ])
})

test('no source at all is a warning; one on standby is not', () => {
  expect(report(state('module', { reason: 'not loaded' }))).toEqual([
    'warn msg="no source" fact=exits',
    'info msg="source not available" fact=exits source=module reason="not loaded"',
  ])
  expect(report(state('debugfs', { state: 'standby' }))).toEqual([
    'info msg="source ready" fact=exits source=debugfs',
  ])
})
