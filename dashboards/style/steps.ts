// Colours by value: from which value on a number is worth a look, and from which it is bad.
import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'

export type Steps = readonly Threshold[]

/** Nothing to judge. */
export const plain: Steps = [{ value: null, color: 'blue' }]

/** Bad from `bad` on, worth a look from `warn` on. */
export const highIsBad = (warn: number, bad: number): Steps => [
  { value: null, color: 'green' },
  { value: warn, color: 'yellow' },
  { value: bad, color: 'red' },
]

/** Bad below `bad`, worth a look below `warn`. */
export const lowIsBad = (bad: number, warn: number): Steps => [
  { value: null, color: 'red' },
  { value: bad, color: 'yellow' },
  { value: warn, color: 'green' },
]

/** Any is too many. */
export const noneIsGood: Steps = [
  { value: null, color: 'green' },
  { value: 1, color: 'red' },
]

export const stepsConfig = (steps: Steps): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps])
