// The kernel's scheduling policies (SCHED_* of include/uapi/linux/sched.h) by number.

const names: ReadonlyMap<number, string> = new Map([
  [0, 'other'],
  [1, 'fifo'],
  [2, 'rr'],
  [3, 'batch'],
  [5, 'idle'],
  [6, 'deadline'],
  [7, 'ext'],
])

/** The name that sched(7) and chrt(1) use, in lower case; `policy-<n>` for an unknown number. */
export function policyName(policy: number): string {
  return names.get(policy) ?? `policy-${policy}`
}

/** The SCHED_* number of a policy by its name; undefined if there is none. */
export const policyNumber = (name: string): number | undefined =>
  [...names].find(([, one]) => one === name)?.[0]

/** fifo or rr: the policies with a real-time priority. */
export function isRealtimePolicy(policy: number): boolean {
  return policy === 1 || policy === 2
}

/** other, batch, idle or ext (or unknown): the policies for which a nice value has an effect, or at least a meaning. */
export function isFairPolicy(policy: number): boolean {
  return !isRealtimePolicy(policy) && policy !== 6
}

/** Such as `fifo 2` or `other, nice -5`. */
export function schedulingText({
  policy,
  rtPriority,
  nice,
}: {
  readonly policy: number
  readonly rtPriority: number
  readonly nice: number
}): string {
  return isRealtimePolicy(policy)
    ? `${policyName(policy)} ${rtPriority}`
    : `${policyName(policy)}, nice ${nice}`
}
