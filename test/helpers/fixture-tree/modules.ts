// /proc/kvminfo and /proc/taskinfo as our modules print them (kmod/include/abi.h).
import type { FixtureThread, FixtureVm } from './vm.ts'

export function kvminfoText(vms: readonly FixtureVm[]): string {
  const rows = vms.map((vm) =>
    [
      vm.index + 1,
      vm.pid,
      vm.io,
      vm.exceptions,
      vm.kernelSwitches,
      vm.userspaceSwitches,
      vm.signalReturns,
      vm.kernelNs,
      vm.haltNs,
      vm.userspaceNs,
      vm.startNs,
      vm.vcpus.map(({ tid }, id) => `${id}:${tid}`).join(',') || '-',
      vm.reasons.map(([name, count]) => `${name}:${count}`).join(',') || '-',
      vm.userspaceReasons.map((parts) => parts.join(':')).join(',') || '-',
      vm.reasonNs.map(([name, ns]) => `${name}:${ns}`).join(',') || '-',
      vm.accesses.map((parts) => parts.join(':')).join(',') || '-',
    ].join(' '),
  )
  return lines([
    'kvminfo 1 module=0.1.0 vendor=svm time=on reasons=on lost=0 devices=on vcpus=on',
    'index pid io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num signal_num kvm_ns halt_ns user_ns start_ns vcpus reasons user_reasons reason_ns devices',
    ...rows,
  ])
}

/** /proc/kvminfo_vcpus: the exits of each VM, most of them on its first vCPU. */
export function kvminfoVcpusText(vms: readonly FixtureVm[]): string {
  const rows = vms.flatMap((vm) =>
    vm.vcpus.map(({ tid }, id) => {
      const part = (whole: number) => Math.floor(whole / 2 ** (id + 1))
      const exits = part(vm.kernelSwitches + vm.userspaceSwitches)
      const times = [part(vm.kernelNs), part(vm.haltNs), part(vm.userspaceNs)]
      return [vm.pid, tid, id, exits, part(vm.userspaceSwitches), part(vm.io), ...times, vm.startNs].join(' ')
    }),
  )
  return lines([
    'kvminfo_vcpus 1 module=0.1.0 time=on',
    'pid tid vcpu exits_num kvm_qemu_switch_num io_num kvm_ns halt_ns user_ns start_ns',
    ...rows,
  ])
}

export function taskinfoText(vms: readonly FixtureVm[], others: readonly number[]): string {
  const row = (tgid: number, thread: FixtureThread, startNs: number, rssKib: number, totalKib: number) =>
    [
      tgid,
      thread.tid,
      thread.comm.replaceAll(' ', '\\x20'),
      'S',
      thread.fifoPriority === undefined ? 0 : 1,
      0,
      120,
      thread.fifoPriority === undefined ? 120 : 99 - thread.fifoPriority,
      thread.fifoPriority ?? 0,
      thread.cpu,
      Math.floor(thread.execNs * 0.7),
      Math.floor(thread.execNs * 0.3),
      thread.execNs,
      thread.runDelayNs,
      thread.voluntarySwitches,
      thread.involuntarySwitches,
      2_800_000,
      startNs,
      rssKib,
      totalKib,
      64055,
    ].join(' ')
  const services = others.map((pid) => {
    const thread = {
      tid: pid,
      comm: `service-${pid}`,
      execNs: pid,
      runDelayNs: pid,
      voluntarySwitches: 1,
      involuntarySwitches: 1,
      cpu: 0,
    }
    return row(pid, thread, 500_000_000 + pid, 5_000, 50_000)
  })
  const threads = vms.flatMap((vm) =>
    [...vm.emulator, ...vm.vcpus].map((thread) =>
      row(vm.pid, thread, vm.startNs, vm.residentKib, vm.memoryKib * 2),
    ),
  )
  return lines([
    'taskinfo 1 module=0.1.0 hz=250 uptime_ns=90000000000000',
    'tgid tid comm state policy nice static_prio prio rt_prio cpu utime_ns stime_ns exec_ns run_delay_ns nvcsw nivcsw slice_ns start_ns rss_kib total_kib uid',
    ...services,
    ...threads,
  ])
}

const lines = (rows: readonly string[]) => `${rows.join('\n')}\n`
