// How vCPU threads are scheduled. A value that has no effect is null, and threads with the same scheduling are counted.
import { isFairPolicy, isRealtimePolicy, policyName } from '../model/policy.ts'
import type { Task } from '../model/task.ts'
import type { LiveScheduling, LiveVm } from './live-document.ts'

export function schedulingOf({ policy, nice, rtPriority }: Task): LiveScheduling {
  return {
    policy: policyName(policy),
    nice: isFairPolicy(policy) ? nice : null,
    priority: isRealtimePolicy(policy) ? rtPriority : null,
  }
}

export function countedScheduling(tasks: readonly Task[]): LiveVm['scheduling'] {
  const counts = new Map<string, { scheduling: LiveScheduling; vcpus: number }>()
  for (const task of tasks) {
    const scheduling = schedulingOf(task)
    const key = `${scheduling.policy} ${scheduling.nice} ${scheduling.priority}`
    const counted = counts.get(key) ?? { scheduling, vcpus: 0 }
    counted.vcpus++
    counts.set(key, counted)
  }
  return [...counts.values()]
    .sort((a, b) => b.vcpus - a.vcpus)
    .map(({ scheduling, vcpus }) => ({ ...scheduling, vcpus }))
}
