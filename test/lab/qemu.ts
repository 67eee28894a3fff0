// The command line of the emulated KVM host.

import { join } from 'node:path'
import { type Kernel, vmlinux } from './kernels.ts'

export interface Hardware {
  /**
   * With two, guests of real QEMU fail within a minute, whatever kernel they run, and are slow until then. (It is
   * QEMU 7.2 that emulates nested SVM here. Linux then waits for locks that nobody holds, firmware jumps to addresses
   * without code.)
   */
  cpus: number
  /** Guest time is a count of executed instructions: repeatable costs, one CPU. */
  icount: boolean
  /** The first serial port is this terminal. */
  terminal: boolean
  /** Directory that the machine can write to, as /out. */
  out: string
  forwards: readonly Forward[]
  /** Image of a disk, /dev/vda. What is written to it is lost. */
  disk: string | undefined
  /** An IOMMU, and a device that the machine can spare (spareDevice). */
  iommu: boolean
}

/** A port on 127.0.0.1 outside the machine, forwarded to one on 10.0.2.15 inside. */
export interface Forward {
  readonly outside: number
  readonly inside: number
}

const patientRcu = 'rcupdate.rcu_cpu_stall_suppress_at_boot=1 rcupdate.rcu_cpu_stall_timeout=120'

/**
 * Linux does not trust the TSCs of two emulated AMD CPUs, although they are in step. If the TSC is not trusted, KVM
 * updates the clocks of a whole VM each time one of its vCPUs gets a CPU. Under PREEMPT_RT the vCPUs wait for each
 * other during that update, then need a CPU again, and sometimes never enter the guest again. The option is set only
 * there, so that the other kernels also test the module's clock for an untrusted TSC.
 */
const trustedTsc = 'tsc=reliable'

/**
 * A kernel that trusts the TSCs at first compares them with another clock. It stops trusting them if the host gives the
 * machine no CPU in the midst of that, and then the module stops measuring time.
 */
const uncomparedTsc = 'tsc=nowatchdog'

export function qemuArguments(
  kernel: Kernel,
  initrd: string,
  runDirectory: string,
  hardware: Hardware,
): string[] {
  // Multi-threaded emulation with nested SVM and two CPUs hung in 2 of 6 runs (QEMU 7.2); a single thread never did.
  const acceleration = hardware.icount
    ? ['-accel', 'tcg', '-icount', 'shift=0']
    : ['-accel', 'tcg,thread=single']
  const tsc = kernel.line === '6.1-rt' ? trustedTsc : uncomparedTsc
  const iommu = hardware.iommu ? ' intel_iommu=on' : ''
  return [
    ...['-machine', 'q35', ...acceleration, '-cpu', 'max', '-m', '3072'],
    ...['-smp', hardware.icount ? '1' : `${hardware.cpus}`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', vmlinux(kernel), '-initrd', initrd],
    // A panic ends QEMU at once. The console shows warnings and worse. no_timer_check, because on a busy host the
    // kernel's timer test may see no tick of the emulated timer, and then panics. patientRcu, because RCU reports a
    // stall if the host gives the machine no CPU; a lasting stall is still reported well before a case times out.
    ...[
      '-append',
      `console=ttyS1 loglevel=5 rdinit=/init panic=-1 log_buf_len=4M no_timer_check ${patientRcu} ${tsc}${iommu}`,
    ],
    ...(hardware.iommu ? spareDevice(runDirectory) : []),
    ...['-chardev', hardware.terminal ? 'stdio,id=terminal,signal=off' : 'null,id=terminal'],
    ...['-serial', 'chardev:terminal', '-serial', `file:${escaped(consoleLog(runDirectory))}`],
    ...['-device', 'virtio-serial-pci'],
    ...port(1, 'output', runDirectory),
    ...port(2, 'verdict', runDirectory),
    // No pulse with -icount: there, timers run in the CPU's thread, so no interrupt is lost, and a pulse would make the
    // run unrepeatable.
    ...(hardware.icount ? [] : port(3, 'pulse', runDirectory)),
    ...share('host', '/', 'on'),
    ...share('run', runDirectory, 'on'),
    ...share('out', hardware.out, 'off'),
    ...network(hardware.forwards),
    ...disk(hardware.disk),
  ]
}

/** What the spare device stores, which is empty at first. Its size in bytes has room for a small file system. */
export const spareDisk = { name: 'spare.img', bytes: 64 * 2 ** 20 }

/**
 * An NVMe disk behind an IOMMU, for VMs. It has up to four virtual functions (SR-IOV), whose queues nobody has
 * configured, so they can be assigned and do nothing. The IOMMU is Intel's, although the CPU is AMD's, because Linux does not
 * mind, and QEMU 7.2 emulates it better. Other devices are virtio, which passes the IOMMU by.
 */
function spareDevice(runDirectory: string): string[] {
  const store = `file=${escaped(join(runDirectory, spareDisk.name))},format=raw,if=none,id=spare-store`
  const functions = 'sriov_max_vfs=4,sriov_vq_flexible=8,sriov_vi_flexible=4'
  return [
    ...['-device', 'intel-iommu,intremap=on', '-drive', store],
    ...['-device', 'pcie-root-port,id=spare-port,chassis=1', '-device', 'nvme-subsys,id=spare-subsystem'],
    ...['-device', `nvme,id=spare,serial=spare,bus=spare-port,subsys=spare-subsystem,${functions}`],
    ...['-device', 'nvme-ns,bus=spare,drive=spare-store,nsid=1'],
  ]
}

export function consoleLog(runDirectory: string): string {
  return join(runDirectory, 'console.log')
}

/** The machine writes to the first two. The lab writes to the third, to cause interrupts (pulseMs in machine.ts). */
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

/** A NIC that lets forwarded connections in and nothing out. */
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

/** Quotes a value for QEMU, which expects a comma to be doubled. */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
