// The scheduling tiers. `paper` are the thesis's four (section 4.2). Its priorities outrank the kernel's interrupt
// threads and ksoftirqd, so `safe`, with the lowest real-time priorities, is what is used unless the policy says otherwise.

export interface Tier {
  readonly name: string
  /** SCHED_* number. */
  readonly policy: number
  readonly rtPriority: number
  readonly nice: number
}

const [other, fifo, rr] = [0, 1, 2]

export const tiers: ReadonlyMap<string, Tier> = new Map(
  [
    { name: 'paper:1', policy: other, rtPriority: 0, nice: -5 },
    { name: 'paper:2', policy: rr, rtPriority: 90, nice: -5 },
    { name: 'paper:3', policy: rr, rtPriority: 99, nice: -15 },
    { name: 'paper:4', policy: fifo, rtPriority: 99, nice: 0 },
    { name: 'safe:1', policy: other, rtPriority: 0, nice: -5 },
    { name: 'safe:2', policy: rr, rtPriority: 1, nice: 0 },
    { name: 'safe:3', policy: rr, rtPriority: 2, nice: 0 },
    { name: 'safe:4', policy: fifo, rtPriority: 2, nice: 0 },
  ].map((tier) => [tier.name, tier]),
)

export const tierNames: readonly string[] = [...tiers.keys()]
