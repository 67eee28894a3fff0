// The scheduling of single threads: sched_setscheduler(2), sched_getparam(2), setpriority(2). Node offers only
// setpriority, and no policy.

/** Added to the policy by the kernel and to the kernel (include/uapi/linux/sched.h). */
const resetOnForkFlag = 0x4000_0000
/** PRIO_PROCESS of sys/resource.h. Linux takes the number of a thread for it, not only that of a process. */
const ofThread = 0

export interface ThreadScheduling {
  /** SCHED_* number, without the flag SCHED_RESET_ON_FORK. */
  readonly policy: number
  /** 1 to 99 for fifo and rr, otherwise 0. */
  readonly rtPriority: number
  /** -20 to 19. */
  readonly nice: number
  readonly resetOnFork: boolean
}

/** Each call is about one thread, by its number. Throws SchedulerError. */
export interface Scheduler {
  read(tid: number): ThreadScheduling
  setPolicy(tid: number, to: Omit<ThreadScheduling, 'nice'>): void
  setNice(tid: number, nice: number): void
}

/** `message` says which call failed on which thread, why, and what to do. */
export class SchedulerError extends Error {
  /** Such as `EPERM`, or `errno <n>` for one that these calls do not document. */
  readonly errno: string

  constructor(call: string, tid: number, errno: string) {
    const why = Object.hasOwn(reasons, errno) ? `${reasons[errno]} (${errno})` : errno
    super(`${call} failed for thread ${tid}: ${why}`)
    this.name = 'SchedulerError'
    this.errno = errno
  }
}

/** What the documented errors mean, with the remedy if there is one. */
const reasons: Readonly<Record<string, string>> = {
  EPERM:
    'this is not permitted; give the program CAP_SYS_NICE, and if it has that, the kernel was built with RT_GROUP_SCHED ' +
    "and the thread's cgroup has no real-time run time: set cpu.rt_runtime_us of that cgroup and of those around it",
  EACCES: 'a lower nice value is not permitted; give the program CAP_SYS_NICE',
  ESRCH: 'the thread has ended',
  EINVAL: 'the kernel does not know this policy, or the priority does not fit it',
  EBUSY: 'the CPU time that the policy needs is not available',
}

/** Loads libc of glibc (that of musl has no sched_setscheduler). Throws if it cannot be loaded. */
export async function loadScheduler(): Promise<Scheduler> {
  const { default: koffi } = await import('koffi')
  const names = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]))
  const library = koffi.load('libc.so.6')
  const param = koffi.struct({ sched_priority: 'int' })
  const getScheduler = library.func('sched_getscheduler', 'int', ['int'])
  const getParam = library.func('sched_getparam', 'int', ['int', koffi.out(koffi.pointer(param))])
  const setScheduler = library.func('sched_setscheduler', 'int', ['int', 'int', koffi.pointer(param)])
  const getPriority = library.func('getpriority', 'int', ['int', 'uint32_t'])
  const setPriority = library.func('setpriority', 'int', ['int', 'uint32_t', 'int'])

  const fail = (call: string, tid: number): never => {
    const number = koffi.errno()
    throw new SchedulerError(call, tid, names.get(number) ?? `errno ${number}`)
  }
  /** These calls take 0 for the calling thread, which nobody means here. */
  const checked = (tid: number): number => {
    if (!Number.isInteger(tid) || tid < 1 || tid > 0x7fff_ffff) throw new RangeError(`no thread: ${tid}`)
    return tid
  }

  function niceOf(tid: number): number {
    // -1 is both a nice value and the sign of an error.
    koffi.errno(0)
    const nice: number = getPriority(ofThread, tid)
    const isError = nice === -1 && [koffi.os.errno.ESRCH, koffi.os.errno.EINVAL].includes(koffi.errno())
    return isError ? fail('getpriority', tid) : nice
  }

  return {
    read(tid) {
      const flags: number = getScheduler(checked(tid))
      if (flags < 0) fail('sched_getscheduler', tid)
      const value = { sched_priority: 0 }
      if (getParam(tid, value) !== 0) fail('sched_getparam', tid)
      return {
        policy: flags & ~resetOnForkFlag,
        rtPriority: value.sched_priority,
        nice: niceOf(tid),
        resetOnFork: (flags & resetOnForkFlag) !== 0,
      }
    },
    setPolicy(tid, { policy, rtPriority, resetOnFork }) {
      const flags = resetOnFork ? policy | resetOnForkFlag : policy
      if (setScheduler(checked(tid), flags, { sched_priority: rtPriority }) !== 0)
        fail('sched_setscheduler', tid)
    },
    setNice(tid, nice) {
      if (setPriority(ofThread, checked(tid), nice) !== 0) fail('setpriority', tid)
    },
  }
}
