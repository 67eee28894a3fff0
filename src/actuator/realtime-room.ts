// Whether real-time vCPU threads leave the host enough CPUs, and whether its kernel limits what they take.
import { isRealtimePolicy } from '../model/policy.ts'
import { attempt } from '../sources/attempt.ts'
import { mayBeVm } from '../sources/cmdline/command-lines.ts'
import { readHostStat } from '../sources/cpustat/read.ts'
import { vcpusByThreadName } from '../sources/identity/vcpus.ts'
import { readKvminfo } from '../sources/kvminfo/read.ts'
import { readProcesses, readThreadNames } from '../sources/process/read.ts'
import { parseStat } from '../sources/process/stat.ts'
import { readRealtimeRuntimeUs } from '../sources/realtime-limit.ts'
import type { WholeFile } from '../sources/whole-file.ts'

/**
 * Why the VM `pid` must get no real-time policy; undefined if it may. Counts all its vCPU threads, all of the VMs in
 * `leased`, further threads of these VMs that have a real-time policy or are `tid`, and the vCPUs of other VMs that have
 * a real-time policy already, and compares with the CPUs that are online. Affinity is left out, so the result errs on the
 * safe side.
 */
export function roomProblem(
  procfs: string,
  pid: number,
  leased: ReadonlySet<number>,
  freeCpus: number,
  file: WholeFile,
  tid?: number,
): string | undefined {
  const runtime = readRealtimeRuntimeUs(procfs)
  if (runtime === 0)
    return 'real-time threads may not run at all (kernel.sched_rt_runtime_us is 0), so the VM would stand still; set it to 950000'
  if (runtime === -1)
    return 'the kernel does not limit real-time threads (kernel.sched_rt_runtime_us is -1), so one that never sleeps would take its CPU from everything else; set it to 950000'
  const cpus = readHostStat(procfs, file).cpuTime.length
  const rows = attempt(() => readKvminfo(procfs, file)).value?.rows
  let own = 0
  let others = 0
  for (const process of readProcesses(procfs, file).values()) {
    const row = rows?.get(process.pid)
    if (row === undefined && !mayBeVm(process.comm) && process.pid !== pid) continue
    // Ended meanwhile: no threads.
    const names = attempt(() => readThreadNames(procfs, process.pid, file)).value ?? new Map<number, string>()
    const tids = new Set([...(row?.vcpus ?? []), ...vcpusByThreadName(names)].map(({ tid }) => tid))
    const isLeased = process.pid === pid || leased.has(process.pid)
    if (isLeased)
      for (const other of names.keys())
        if (other === tid || (!tids.has(other) && isRealtime(procfs, process.pid, other, file)))
          tids.add(other)
    if (process.pid === pid) own = tids.size
    else if (isLeased) others += tids.size
    else for (const tid of tids) others += Number(isRealtime(procfs, process.pid, tid, file))
  }
  return own + others + freeCpus <= cpus
    ? undefined
    : `no CPU would be left for others: ${own} threads of this VM and ${others} real-time threads of other VMs, on ${cpus} CPUs of which ${freeCpus} must stay free`
}

function isRealtime(procfs: string, pid: number, tid: number, file: WholeFile): boolean {
  const path = `${procfs}/${pid}/task/${tid}/stat`
  try {
    return isRealtimePolicy(parseStat(file.text(path), path).policy)
  } catch {
    return false
  }
}
