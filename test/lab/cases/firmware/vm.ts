// VMs of real QEMU but without an operating system, so that they are at work at once. Not nice, although what measures
// them needs the emulated CPU too: the nicer a vCPU, the longer it runs before its own QEMU gets to answer it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type Bus, writeReadingDisk } from './disk.ts'

export interface FirmwareVm {
  readonly name: string
  /** Takes the CPUs away from it: it lives, and does nothing more. */
  freeze(): void
  /** A command of QEMU's monitor. */
  monitor(command: string): void
  end(): Promise<void>
}

/** Reads its disk for ever; it is named after the disk's bus. `more` are further arguments of QEMU. */
export function startReader(
  bus: Bus,
  nic: 'e1000' | 'virtio-net-pci',
  more: readonly string[] = [],
): FirmwareVm {
  const disk = `/tmp/${bus}.img`
  writeReadingDisk(disk, bus)
  return startQemu(bus, [
    ...['-m', '32', '-drive', `file=${disk},format=raw,cache=writeback,if=${bus}`],
    ...['-netdev', 'user,id=net0,restrict=on', '-device', `${nic},netdev=net0,romfile=`],
    ...more,
  ])
}

/** Computes: a firmware that jumps to itself at the reset vector. `memory` is how QEMU is told of it. */
export function startCompute(memory: readonly string[] = ['-m', '32']): FirmwareVm {
  const firmware = Buffer.alloc(64 * 1024)
  firmware.set([0xeb, 0xfe], firmware.length - 16)
  writeFileSync('/tmp/loop.bin', firmware)
  return startQemu('compute', ['-bios', '/tmp/loop.bin', ...memory])
}

function startQemu(name: string, args: readonly string[]): FirmwareVm {
  const general = ['-name', `guest=${name},debug-threads=on`, '-machine', 'pc,accel=kvm', '-cpu', 'host']
  const devices = ['-nodefaults', '-display', 'none', '-monitor', 'stdio']
  const child = spawn('qemu-system-x86_64', [...general, ...devices, ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  return {
    name,
    freeze: () => void child.kill('SIGSTOP'),
    monitor: (command) => void child.stdin.write(`${command}\n`),
    async end() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
