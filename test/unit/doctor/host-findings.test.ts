import { expect, test, vi } from 'vitest'
import type { HostCheck } from '../../../src/doctor/check.ts'
import { HostFindings } from '../../../src/doctor/host-findings.ts'
import { hostWith } from '../../helpers/doctor-host.ts'

const check = (examine: HostCheck['examine']): HostCheck => ({
  ...{ scope: 'host', isMetric: true, name: 'thp', description: 'thp', source: 'thesis 1', examine },
})
const found = { severity: 'warning', what: 'it is off', why: 'Because.', fix: ['true'] } as const

function findingsOf(examine: HostCheck['examine']) {
  let nowMs = 0
  const source = new HostFindings(hostWith({}).places, '0.1.0', {
    checks: [check(examine)],
    now: () => nowMs,
  })
  return {
    source,
    later(minutes: number) {
      nowMs += minutes * 60_000
    },
  }
}

test('examines in the background, when somebody asks, every ten minutes', async () => {
  const examine = vi.fn(() => [found, found])
  const { source, later } = findingsOf(examine)
  expect(examine).not.toHaveBeenCalled()
  expect(source.findings()).toBeUndefined()
  await expect.poll(() => source.findings()).toEqual([{ check: 'thp', severity: 'warning' }])
  later(9.9)
  source.findings()
  later(0.1)
  expect(examine).toHaveBeenCalledTimes(1)
  expect(source.findings()).toHaveLength(1)
  await expect.poll(() => examine.mock.calls.length).toBe(2)
})

test('a repaired host has no findings after the next examination', async () => {
  let isOff = true
  const { source, later } = findingsOf(() => (isOff ? [found] : []))
  source.findings()
  await expect.poll(() => source.findings()).toHaveLength(1)
  isOff = false
  later(10)
  await expect.poll(() => source.findings()).toEqual([])
})

test('a bug in a check is thrown at the collector, and forgotten once it is gone', async () => {
  let isBroken = true
  const { source, later } = findingsOf(() => {
    if (isBroken) throw new TypeError('a bug')
    return []
  })
  source.findings()
  await expect.poll(() => thrownBy(() => source.findings())).toBe('a bug')
  isBroken = false
  later(10)
  await expect.poll(() => thrownBy(() => source.findings())).toBeUndefined()
})

function thrownBy(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
