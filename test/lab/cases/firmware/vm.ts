// VMs in real QEMU but without an operating system, so that they work at once. They run with normal niceness, although
// the programs that measure them need the emulated CPU, too: the higher a vCPU's niceness, the longer it runs before its
// own QEMU gets the CPU to answer it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type Bus, writeReadingDisk } from './disk.ts'

export interface FirmwareVm {
  readonly name: string
  /** Of its QEMU. */
  readonly pid: number
  /** Stops its process: the VM still exists but does nothing any more. */
  freeze(): void
  /** Sends a command to QEMU's monitor. */
  monitor(command: string): void
  end(): Promise<void>
}

/** Starts a VM that reads its disk forever. `more` are further arguments for QEMU. */
export function startReader(
  bus: Bus,
  nic: 'e1000' | 'virtio-net-pci',
  more: readonly string[] = [],
  name: string = bus,
): FirmwareVm {
  const disk = `/tmp/${name}.img`
  writeReadingDisk(disk, bus)
  return startQemu(name, [
    ...['-m', '32', '-drive', `file=${disk},format=raw,cache=writeback,if=${bus}`],
    ...['-netdev', 'user,id=net0,restrict=on', '-device', `${nic},netdev=net0,romfile=`],
    ...more,
  ])
}

/** Starts a VM that computes: its firmware jumps to itself at the reset vector. `memory` are QEMU's memory options. */
export function startCompute(memory: readonly string[] = ['-m', '32']): FirmwareVm {
  const firmware = Buffer.alloc(64 * 1024)
  firmware.set([0xeb, 0xfe], firmware.length - 16)
  writeFileSync('/tmp/loop.bin', firmware)
  return startQemu('compute', ['-bios', '/tmp/loop.bin', ...memory])
}

/** Starts a VM that makes a known number of accesses to its devices (guests/devices.S). It offers a QMP socket. */
export const startAccesses = (name: string, socket: string): FirmwareVm => {
  const disk = '/tmp/accesses.img'
  writeReadingDisk(disk, 'ide')
  return startQemu(name, [
    ...['-m', '32', '-bios', '/project/test/lab/guests/devices', '-serial', 'null'],
    ...['-drive', `file=${disk},format=raw,if=ide`],
    ...['-netdev', 'user,id=n0,restrict=on', '-device', 'e1000,id=net0,netdev=n0,romfile=,addr=3'],
    ...['-qmp', `unix:${socket},server=on,wait=off`],
  ])
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
    pid: child.pid!,
    freeze: () => void child.kill('SIGSTOP'),
    monitor: (command) => void child.stdin.write(`${command}\n`),
    async end() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
