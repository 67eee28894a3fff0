// The command line of the emulated KVM host.

import { join } from 'node:path'
import { type Kernel, vmlinux } from './kernels.ts'

export interface Hardware {
  cpus: number
  /** Guest time is a count of executed instructions: repeatable costs, one CPU. */
  icount: boolean
  /** The first serial line is our terminal. */
  terminal: boolean
  /** Directory that the machine may write to, as /out. */
  out: string
}

export function qemuArguments(
  kernel: Kernel,
  initrd: string,
  runDirectory: string,
  hardware: Hardware,
): string[] {
  // Multi-threaded emulation with nested SVM and two CPUs hung in 2 of 6 runs (QEMU 7.2); one thread never did.
  const acceleration = hardware.icount
    ? ['-accel', 'tcg', '-icount', 'shift=0']
    : ['-accel', 'tcg,thread=single']
  return [
    ...['-machine', 'q35', ...acceleration, '-cpu', 'max', '-m', '3072'],
    ...['-smp', hardware.icount ? '1' : `${hardware.cpus}`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', vmlinux(kernel), '-initrd', initrd],
    // A panic ends QEMU at once; the console shows warnings and worse. no_timer_check: on a busy machine the kernel's
    // test of its timer may see no tick of an emulated one, and panics.
    ...['-append', 'console=ttyS1 loglevel=5 rdinit=/init panic=-1 log_buf_len=4M no_timer_check'],
    ...['-chardev', hardware.terminal ? 'stdio,id=terminal,signal=off' : 'null,id=terminal'],
    ...['-serial', 'chardev:terminal', '-serial', `file:${escaped(consoleLog(runDirectory))}`],
    ...['-device', 'virtio-serial-pci'],
    ...port(1, 'output', runDirectory),
    ...port(2, 'verdict', runDirectory),
    ...share('host', '/', 'on'),
    ...share('run', runDirectory, 'on'),
    ...share('out', hardware.out, 'off'),
  ]
}

export function consoleLog(runDirectory: string): string {
  return join(runDirectory, 'console.log')
}

export function portSocket(runDirectory: string, name: 'output' | 'verdict'): string {
  return join(runDirectory, name)
}

function port(number: number, name: 'output' | 'verdict', runDirectory: string): string[] {
  const chardev = `socket,id=${name},path=${escaped(portSocket(runDirectory, name))}`
  return ['-chardev', chardev, '-device', `virtserialport,nr=${number},chardev=${name},name=${name}`]
}

function share(tag: string, path: string, readonly: 'on' | 'off'): string[] {
  const options = `mount_tag=${tag},security_model=none,readonly=${readonly},multidevs=remap`
  return ['-virtfs', `local,path=${escaped(path)},${options}`]
}

/** QEMU's own quoting: a comma in a value is written twice. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
