// How often and at which level faults are logged.
import { expect, test } from 'vitest'
import { KvminfoError } from '../../../src/errors.ts'
import { FaultLog } from '../../../src/exporter/fault-log.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

const hourMs = 3_600_000
const malformed = new KvminfoError('SOURCE_MALFORMED', 'row 7 is torn')
const denied = new KvminfoError('SOURCE_DENIED', 'may not read')

test('logs a persistent fault again after an hour, but another code or subject at once', () => {
  const { log, records } = recordedLog()
  let now = 0
  const faults = new FaultLog(log, () => now)
  const lose = (subject: string, error: Error) => faults.vmsLostSeries('exits', [{ subject, error }])

  lose('a', malformed)
  lose('a', malformed)
  now = hourMs - 1
  lose('a', malformed)
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({
    level: 'warn',
    collector: 'exits',
    subject: 'a',
    code: 'SOURCE_MALFORMED',
    err: 'row 7 is torn',
  })

  lose('a', denied)
  lose('b', malformed)
  expect(records).toHaveLength(3)

  now = hourMs
  lose('a', malformed)
  expect(records).toHaveLength(4)
})

test('logs a fault of all VMs in a few lines and says how many more VMs have it', () => {
  const { log, records } = recordedLog()
  const problems = Array.from({ length: 400 }, (_, index) => ({ subject: `vm ${index}`, error: denied }))
  new FaultLog(log).vmsLostSeries('vm_memory', problems)
  expect(records.map(({ msg }) => msg)).toEqual([
    ...Array(5).fill('series of a VM are missing from this scrape'),
    'series of more VMs are missing from this scrape',
  ])
  expect(records.at(-1)).toMatchObject({ collector: 'vm_memory', more: 395 })
})

test('logs the faults of a few processes that may not be VMs at a time, at level debug', () => {
  const { log, records } = recordedLog()
  const problems = Array.from({ length: 400 }, (_, index) => ({
    subject: `fake ${index}`,
    error: denied,
    isUnconfirmed: true,
  }))
  new FaultLog(log).vmsLostSeries('exits', problems)
  expect(records.map(({ level }) => level)).toEqual(Array(5).fill('debug'))
})

test('does not log the same fault of a VM again for another collector', () => {
  const { log, records } = recordedLog()
  const faults = new FaultLog(log)
  faults.vmsLostSeries('vm', [{ subject: 'a', error: malformed }])
  faults.vmsLostSeries('exits', [{ subject: 'a', error: malformed }])
  expect(records).toHaveLength(1)
})

test('logs a VM that ended at debug level, each time', () => {
  const { log, records } = recordedLog()
  const faults = new FaultLog(log)
  const vanished = { subject: 'a', error: new KvminfoError('VM_VANISHED', 'ended') }
  faults.vmsLostSeries('vcpu', [vanished])
  faults.vmsLostSeries('vcpu', [vanished])
  expect(records.map(({ level }) => level)).toEqual(['debug', 'debug'])
})

test.each([
  [new KvminfoError('SOURCE_ABSENT', 'no KSM in this kernel'), 'debug'],
  [denied, 'warn'],
  [new TypeError('a bug'), 'error'],
])('logs a collector that fails with %s at level %s', (error, level) => {
  const { log, records } = recordedLog()
  new FaultLog(log).collectorFailed('ksm', error)
  expect(records).toMatchObject([{ level, collector: 'ksm' }])
})

test('remembers a limited number of faults', () => {
  const { log, records } = recordedLog()
  const faults = new FaultLog(log, () => 0)
  const lose = (index: number) => faults.vmsLostSeries('vm', [{ subject: `vm ${index}`, error: denied }])
  for (let index = 0; index <= 10_000; index++) lose(index)
  expect(records).toHaveLength(10_001)
  lose(0)
  lose(10_000)
  expect(records).toHaveLength(10_002)
})
