// How often the live page samples the host, and how much it remembers.
import type { Sampling } from '../observe/sampler.ts'

export const sampling: Sampling = {
  intervalSeconds: 5,
  // An open page asks at every interval. A hidden page does not ask, but should find its history when it is shown again
  // soon.
  idleSeconds: 60,
  // Short enough to show the effect of a change, long enough to be steady. The rules of alerts/ use five minutes.
  windowSeconds: 60,
  // Five minutes, at the interval above.
  points: 60,
}
