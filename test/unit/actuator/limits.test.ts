import { expect, test } from 'vitest'
import { schedulingProblem, shippedLimits } from '../../../src/actuator/limits.ts'
import { other, rr1 } from '../../helpers/fake-scheduler.ts'

test.each([
  [other],
  [{ ...other, nice: -10 }],
  [{ ...other, nice: 19 }],
  [rr1],
  [{ ...rr1, policy: 1, rtPriority: 2 }],
])('allows %j as shipped', (to) => {
  expect(schedulingProblem(to, shippedLimits)).toBeUndefined()
})

test.each([
  [{ ...other, nice: -11 }, 'nice -11 is outside of the allowed range, -10 to 19'],
  [{ ...rr1, nice: -11 }, 'nice -11 is outside of the allowed range, -10 to 19'],
  [{ ...rr1, rtPriority: 3 }, 'real-time priority 3 is above 2, the highest that is allowed'],
  [{ ...rr1, rtPriority: 0 }, 'policy rr needs a real-time priority from 1 to 99'],
  [{ ...rr1, policy: 1, rtPriority: 99 }, 'real-time priority 99 is above 2, the highest that is allowed'],
  [
    { ...rr1, resetOnFork: false },
    'a real-time policy is only set with reset-on-fork, so that no new thread inherits it',
  ],
  [{ ...other, rtPriority: 1 }, 'policy other has no real-time priority'],
  [{ ...other, policy: 5 }, 'policy idle is not one of other, fifo, rr, batch'],
  [{ ...other, policy: 6 }, 'policy deadline is not one of other, fifo, rr, batch'],
  [{ ...other, policy: 15 }, 'policy policy-15 is not one of other, fifo, rr, batch'],
])('refuses %j as shipped', (to, problem) => {
  expect(schedulingProblem(to, shippedLimits)).toBe(problem)
})

test('allows what a policy allows', () => {
  const limits = { ...shippedLimits, maxRealtimePriority: 99, minNice: -15, maxNice: 0 }
  expect(schedulingProblem({ ...rr1, rtPriority: 99, nice: -15 }, limits)).toBeUndefined()
  expect(schedulingProblem({ ...other, nice: 1 }, limits)).toContain('-15 to 0')
})
