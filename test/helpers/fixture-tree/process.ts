// A process under /proc: cmdline, comm, stat, status and its threads, with the fields and spacing of Linux 6.1.
import type { FixtureFiles } from './files.ts'
import type { FixtureThread, FixtureVm } from './vm.ts'

interface FixtureProcess extends Partial<FixtureVm> {
  readonly pid: number
  readonly comm: string
  readonly cmdline: string
  /** Whether it has /proc/<pid>/task; default true. */
  readonly hasThreadFiles?: boolean
}

const tick = 10_000_000

export function* processFiles(process: FixtureProcess): FixtureFiles {
  const { pid, comm, cmdline, hasThreadFiles = true, emulator = [], vcpus = [] } = process
  const main: FixtureThread = emulator[0] ?? {
    tid: pid,
    comm,
    execNs: pid,
    runDelayNs: pid,
    voluntarySwitches: 1,
    involuntarySwitches: 1,
    cpu: 0,
  }
  const threads = [main, ...emulator.slice(1), ...vcpus]
  yield [`${pid}/cmdline`, cmdline]
  yield [`${pid}/comm`, `${comm}\n`]
  yield [`${pid}/stat`, statText(process, main, threads.length)]
  yield [`${pid}/status`, statusText(process, main, threads.length)]
  for (const thread of hasThreadFiles ? threads : []) {
    const directory = `${pid}/task/${thread.tid}`
    yield [`${directory}/comm`, `${thread.comm}\n`]
    yield [`${directory}/stat`, statText(process, thread, threads.length)]
    yield [`${directory}/status`, statusText(process, thread, threads.length)]
    yield [`${directory}/schedstat`, `${thread.execNs} ${thread.runDelayNs} ${thread.voluntarySwitches}\n`]
  }
}

function statText(
  { pid, startNs = 500_000_000 + pid }: FixtureProcess,
  thread: FixtureThread,
  threads: number,
): string {
  const utime = Math.floor((thread.execNs * 0.7) / tick)
  const stime = Math.floor((thread.execNs * 0.3) / tick)
  return (
    `${thread.tid} (${thread.comm}) S 1 5292 5292 0 -1 138412416 7546 0 0 0 ${utime} ${stime} 0 0 20 0 ${threads} 0 ` +
    `${Math.floor(startNs / tick)} 734416896 9961 18446744073709551615 94024412893184 94024418753621 140729437730800 ` +
    `0 0 0 268444224 4096 16963 0 0 0 17 ${thread.cpu} 0 0 0 0 0 94024421865720 94024427069872 94024565690368 ` +
    '140729437737392 140729437740569 140729437740569 140729437741020 0\n'
  )
}

function statusText(
  { pid, residentKib = 5_000, hugetlbKib = 0, memoryKib = 25_000 }: FixtureProcess,
  thread: FixtureThread,
  threads: number,
): string {
  const kib = (value: number) => `${String(value).padStart(8)} kB`
  return [
    `Name:\t${thread.comm}`,
    'Umask:\t0002',
    'State:\tS (sleeping)',
    `Tgid:\t${pid}`,
    'Ngid:\t0',
    `Pid:\t${thread.tid}`,
    'PPid:\t1',
    'TracerPid:\t0',
    'Uid:\t64055\t64055\t64055\t64055',
    'Gid:\t64055\t64055\t64055\t64055',
    'FDSize:\t64',
    'Groups:\t64055 ',
    `NStgid:\t${pid}`,
    `NSpid:\t${thread.tid}`,
    `NSpgid:\t${pid}`,
    `NSsid:\t${pid}`,
    `VmPeak:\t${kib(memoryKib * 2)}`,
    `VmSize:\t${kib(memoryKib * 2)}`,
    `VmLck:\t${kib(0)}`,
    `VmPin:\t${kib(0)}`,
    `VmHWM:\t${kib(residentKib)}`,
    `VmRSS:\t${kib(residentKib)}`,
    `RssAnon:\t${kib(residentKib - 4_000)}`,
    `RssFile:\t${kib(4_000)}`,
    `RssShmem:\t${kib(0)}`,
    `VmData:\t${kib(memoryKib)}`,
    `VmStk:\t${kib(132)}`,
    `VmExe:\t${kib(5_724)}`,
    `VmLib:\t${kib(14_600)}`,
    `VmPTE:\t${kib(252)}`,
    `VmSwap:\t${kib(0)}`,
    `HugetlbPages:\t${kib(hugetlbKib)}`,
    'CoreDumping:\t0',
    'THP_enabled:\t1',
    `Threads:\t${threads}`,
    'SigQ:\t1/96365',
    'SigPnd:\t0000000000000000',
    'ShdPnd:\t0000000000000000',
    'SigBlk:\t0000000010002240',
    'SigIgn:\t0000000000001000',
    'SigCgt:\t0000000100004243',
    'CapInh:\t0000000000000000',
    'CapPrm:\t0000000000000000',
    'CapEff:\t0000000000000000',
    'CapBnd:\t0000000000000000',
    'CapAmb:\t0000000000000000',
    'NoNewPrivs:\t1',
    'Seccomp:\t2',
    'Seccomp_filters:\t1',
    'Speculation_Store_Bypass:\tvulnerable',
    'SpeculationIndirectBranch:\talways enabled',
    'Cpus_allowed:\tff',
    'Cpus_allowed_list:\t0-7',
    'Mems_allowed:\t00000000,00000001',
    'Mems_allowed_list:\t0',
    `voluntary_ctxt_switches:\t${thread.voluntarySwitches}`,
    `nonvoluntary_ctxt_switches:\t${thread.involuntarySwitches}`,
    '',
  ].join('\n')
}
