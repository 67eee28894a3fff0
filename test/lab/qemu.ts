// The command line of the emulated KVM host.

import { join } from 'node:path'
import { type Kernel, vmlinux } from './kernels.ts'

export interface Hardware {
  /**
   * With two, guests of real QEMU go astray within a minute, whichever their kernel (QEMU 7.2 emulates nested SVM
   * then: Linux waits for locks that nobody holds, firmware jumps into the void), and are slow until they do.
   */
  cpus: number
  /** Guest time is a count of executed instructions: repeatable costs, one CPU. */
  icount: boolean
  /** The first serial line is our terminal. */
  terminal: boolean
  /** Directory that the machine may write to, as /out. */
  out: string
  forwards: readonly Forward[]
  /** Image of a disk, /dev/vda. What is written to it is lost. */
  disk: string | undefined
}

/** A port of 127.0.0.1 outside of the machine that leads to one of 10.0.2.15 inside. */
export interface Forward {
  readonly outside: number
  readonly inside: number
}

const patientRcu = 'rcupdate.rcu_cpu_stall_suppress_at_boot=1 rcupdate.rcu_cpu_stall_timeout=120'

/**
 * Linux does not trust the TSCs of two emulated AMD CPUs, which are in step. With a TSC that is not trusted, KVM
 * updates the clocks of a whole VM each time one of its vCPUs gets a CPU; under PREEMPT_RT the vCPUs wait for each
 * other in that, get a CPU again for it, and now and then never enter the guest again. Only there, so that the module's
 * clock for such a TSC is seen too.
 */
const trustedTsc = 'tsc=reliable'

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
  const tsc = kernel.line === '6.1-rt' ? [trustedTsc] : []
  return [
    ...['-machine', 'q35', ...acceleration, '-cpu', 'max', '-m', '3072'],
    ...['-smp', hardware.icount ? '1' : `${hardware.cpus}`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', vmlinux(kernel), '-initrd', initrd],
    // A panic ends QEMU at once; the console shows warnings and worse. no_timer_check: on a busy machine the kernel's
    // test of its timer may see no tick of an emulated one, and panics; and RCU sees a stall where it got no CPU from
    // us. One that lasts is still seen well before a case's time is over.
    ...[
      '-append',
      [
        'console=ttyS1 loglevel=5 rdinit=/init panic=-1 log_buf_len=4M no_timer_check',
        patientRcu,
        ...tsc,
      ].join(' '),
    ],
    ...['-chardev', hardware.terminal ? 'stdio,id=terminal,signal=off' : 'null,id=terminal'],
    ...['-serial', 'chardev:terminal', '-serial', `file:${escaped(consoleLog(runDirectory))}`],
    ...['-device', 'virtio-serial-pci'],
    ...port(1, 'output', runDirectory),
    ...port(2, 'verdict', runDirectory),
    // With -icount timers run in the thread of the CPU: nothing is lost there, and it would not be repeatable.
    ...(hardware.icount ? [] : port(3, 'pulse', runDirectory)),
    ...share('host', '/', 'on'),
    ...share('run', runDirectory, 'on'),
    ...share('out', hardware.out, 'off'),
    ...network(hardware.forwards),
    ...disk(hardware.disk),
  ]
}

export function consoleLog(runDirectory: string): string {
  return join(runDirectory, 'console.log')
}

/** What the machine says goes to the first two; the third is sent to it for the interrupt (machine.ts). */
type Port = 'output' | 'verdict' | 'pulse'

export function portSocket(runDirectory: string, name: Port): string {
  return join(runDirectory, name)
}

function port(number: number, name: Port, runDirectory: string): string[] {
  const chardev = `socket,id=${name},path=${escaped(portSocket(runDirectory, name))}`
  return ['-chardev', chardev, '-device', `virtserialport,nr=${number},chardev=${name},name=${name}`]
}

function share(tag: string, path: string, readonly: 'on' | 'off'): string[] {
  const options = `mount_tag=${tag},security_model=none,readonly=${readonly},multidevs=remap`
  return ['-virtfs', `local,path=${escaped(path)},${options}`]
}

/** A NIC that lets in what is forwarded and nothing out. */
function network(forwards: readonly Forward[]): string[] {
  if (forwards.length === 0) return []
  const rules = forwards.map(({ outside, inside }) => `,hostfwd=tcp:127.0.0.1:${outside}-:${inside}`)
  const device = 'virtio-net-pci,netdev=outside,romfile='
  return ['-netdev', `user,id=outside,restrict=on${rules.join('')}`, '-device', device]
}

/** snapshot=on: QEMU keeps what is written in a temporary file, and the image stays as it is. */
function disk(image: string | undefined): string[] {
  if (image === undefined) return []
  return ['-drive', `file=${escaped(image)},format=raw,if=virtio,snapshot=on`]
}

/** QEMU's own quoting: a comma in a value is written twice. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
