// VMs under load, of real QEMU but without an operating system, so that they are at work at once: one reads an IDE
// disk, one a virtio disk, one computes; a fourth is idle and real-time. The busy ones are nice, so that what
// measures them gets its share of the emulated CPUs.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { startVm, type Vm } from '../kvminfo/vm.ts'

export const busyVms = ['compute', 'ide', 'virtio']

const busy: ChildProcess[] = []
let realtime: Vm | undefined

export async function startGuests(): Promise<void> {
  // 48 pages of 2 MiB: 32 for the guest that computes, some free.
  writeFileSync('/proc/sys/vm/nr_hugepages', '48')
  realtime = await startVm('--cpuid', '1', '-name', 'guest=realtime')
  execFileSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(realtime.pid)])
  startReader('ide', 'e1000')
  startReader('virtio', 'virtio-net-pci')
  startCompute()
}

export async function stopGuests(): Promise<void> {
  for (const child of busy) child.kill('SIGKILL')
  await realtime?.end()
}

/** Reads its disk again and again through the driver that the firmware, SeaBIOS, has for it. */
function startReader(bus: 'ide' | 'virtio', nic: string): void {
  const disk = `/tmp/${bus}.img`
  writeFileSync(disk, readingBootSector())
  qemu(bus, [
    ...['-m', '32', '-drive', `file=${disk},format=raw,cache=writeback,if=${bus}`],
    ...['-netdev', 'user,id=net0,restrict=on', '-device', `${nic},netdev=net0,romfile=`],
  ])
}

/** A disk whose boot sector reads the first 4 KiB for ever. */
function readingBootSector(): Buffer {
  const disk = Buffer.alloc(2 ** 20)
  const code = [
    ...[0x31, 0xc0], //       xor ax, ax
    ...[0x8e, 0xd8], //       mov ds, ax
    ...[0x8e, 0xd0], //       mov ss, ax
    ...[0xbc, 0x00, 0x7c], // mov sp, 0x7c00
    ...[0xb4, 0x42], //       again: mov ah, 0x42; "extended read"
    ...[0xb2, 0x80], //       mov dl, 0x80; the first disk
    ...[0xbe, 0x14, 0x7c], // mov si, 0x7c14; the packet below
    ...[0xcd, 0x13], //       int 0x13
    ...[0xeb, 0xf5], //       jmp again
    // The packet: its size, 8 sectors, to 0000:8000, from sector 0.
    ...[0x10, 0x00, 0x08, 0x00, 0x00, 0x80, 0x00, 0x00, ...Array<number>(8).fill(0)],
  ]
  disk.set(code)
  disk.set([0x55, 0xaa], 510)
  return disk
}

/** A firmware that jumps to itself at the reset vector; its memory is from the pool of huge pages. */
function startCompute(): void {
  const firmware = Buffer.alloc(64 * 1024)
  firmware.set([0xeb, 0xfe], firmware.length - 16)
  writeFileSync('/tmp/loop.bin', firmware)
  qemu('compute', [
    ...['-machine', 'memory-backend=pool', '-m', '64', '-bios', '/tmp/loop.bin'],
    ...['-object', 'memory-backend-memfd,id=pool,size=64M,hugetlb=on,hugetlbsize=2M,prealloc=on'],
  ])
}

function qemu(name: string, args: readonly string[]): void {
  const general = ['-name', `guest=${name},debug-threads=on`, '-machine', 'pc,accel=kvm', '-cpu', 'host']
  const command = ['-n', '15', 'qemu-system-x86_64', ...general, '-nodefaults', '-display', 'none', ...args]
  busy.push(spawn('nice', command, { stdio: ['ignore', 'ignore', 'inherit'] }))
}
