import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BoundedLines } from '../../../src/log/bounded-lines.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('logs ten lines a minute, and at its end the number of the others', () => {
  const { log, records } = recordedLog()
  const lines = new BoundedLines(log, 'warn', 'client refused')
  for (let client = 0; client < 1000; client++) lines.write({ client })
  expect(records).toHaveLength(10)
  expect(records[9]).toMatchObject({ level: 'warn', msg: 'client refused', client: 9 })

  vi.advanceTimersByTime(60_000)
  expect(records).toHaveLength(11)
  expect(records[10]).toMatchObject({
    level: 'warn',
    msg: 'client refused; further lines of the last minute were left out',
    leftOut: 990,
  })
  lines.write({ client: 1000 })
  expect(records[11]).toMatchObject({ client: 1000 })
})

test('says nothing about a minute in which no line was left out', () => {
  const { log, records } = recordedLog()
  const lines = new BoundedLines(log, 'debug', 'client refused')
  lines.write({ client: 1 })
  vi.advanceTimersByTime(600_000)
  expect(records).toHaveLength(1)
})
