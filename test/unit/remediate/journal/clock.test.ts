import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JournalClock, type Moment } from '../../../../src/remediate/journal/clock.ts'
import { SetClock } from '../../../helpers/journal.ts'

const hour = 3_600_000
const last = { at: 1_700_000_000_000, uptime: 1_000_000, age: 5 * hour, boot: 'one' }

function clockAt(at: number, uptimeMs: number): SetClock {
  const clock = new SetClock()
  clock.at = at
  clock.up = uptimeMs / 1000
  return clock
}

test('starts at 0 in a new journal and follows the uptime, however the wall clock is set', () => {
  const clock = new SetClock()
  const time = new JournalClock(clock, 'one', undefined)
  expect(time.now().age).toBe(0)
  clock.pass(hour)
  clock.at -= 10 * hour
  expect(time.now()).toEqual({ at: 1_700_000_000_000 - 9 * hour, uptime: 1_000_000 + hour, age: hour })
  clock.at += 1000 * hour
  expect(time.now().age).toBe(hour)
})

test.each<[string, number, number, string, number]>([
  ['the same boot: what the uptime says', last.at - 9 * hour, last.uptime + hour, 'one', 6 * hour],
  ['another boot: what the wall clock says', last.at + 3 * hour, 60_000, 'two', 8 * hour],
  [
    'another boot, clock set back: only the time since boot',
    last.at - 3 * hour,
    60_000,
    'two',
    5 * hour + 60_000,
  ],
  [
    'another boot that lasts longer than the last one did',
    last.at + 10 * hour,
    last.uptime + 3 * hour,
    'two',
    15 * hour,
  ],
  ['another boot, clock in 1970', 0, 60_000, 'two', 5 * hour + 60_000],
  ['the same boot with a smaller uptime counts as another one', last.at, 60_000, 'one', 5 * hour + 60_000],
])('goes on after a restart: %s', (_, at, uptimeMs, boot, age) => {
  expect(new JournalClock(clockAt(at, uptimeMs), boot, last).now().age).toBe(age)
})

test('never falls, and never counts more than the time since boot if the wall clock was only set back', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 10 * hour }),
    setBackMs: fc.integer({ min: 0, max: 100 * hour }),
    isReboot: fc.boolean(),
    isRestart: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const clock = new SetClock()
      let boot = 0
      let time = new JournalClock(clock, '0', undefined)
      let now: Moment = time.now()
      let truth = 0
      for (const { passMs, setBackMs, isReboot, isRestart } of steps) {
        clock.pass(passMs)
        truth += passMs
        clock.at -= setBackMs
        const before = now
        if (isReboot) {
          boot += 1
          clock.up = 0
        }
        if (isReboot || isRestart)
          time = new JournalClock(clock, String(boot), { ...now, boot: String(isReboot ? boot - 1 : boot) })
        now = time.now()
        expect(now.age).toBeGreaterThanOrEqual(before.age)
        expect(now.age).toBeLessThanOrEqual(truth)
      }
    }),
  )
})
