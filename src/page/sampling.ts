// How often the live page samples the host, and how much of it the page remembers.
import type { Sampling } from '../observe/sampler.ts'

export const sampling: Sampling = {
  intervalSeconds: 5,
  // Open pages ask at every interval. A hidden page does not ask, and should find its history when it is shown again.
  idleSeconds: 60,
  // Short enough to show the effect of a change, long enough to be steady. The rules of alerts/ use five minutes.
  windowSeconds: 60,
  // Five minutes.
  points: 60,
}
