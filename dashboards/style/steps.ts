// Colours by value: the values from which a number needs attention or is bad.
import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'

export type Steps = readonly Threshold[]

/** For values that are neither good nor bad. */
export const plain: Steps = [{ value: null, color: 'blue' }]

/** Yellow from `warn` on, red from `bad` on. */
export const highIsBad = (warn: number, bad: number): Steps => [
  { value: null, color: 'green' },
  { value: warn, color: 'yellow' },
  { value: bad, color: 'red' },
]

/** Red below `bad`, yellow below `warn`. */
export const lowIsBad = (bad: number, warn: number): Steps => [
  { value: null, color: 'red' },
  { value: bad, color: 'yellow' },
  { value: warn, color: 'green' },
]

/** Red from 1 on. */
export const noneIsGood: Steps = [
  { value: null, color: 'green' },
  { value: 1, color: 'red' },
]

export const stepsConfig = (steps: Steps): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps])
