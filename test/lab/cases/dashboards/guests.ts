// The VMs that the dashboards show: one that reads an IDE disk, one that reads a virtio disk, one that computes, and an
// idle one with a real-time policy.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type FirmwareVm, startCompute, startReader } from '../firmware/vm.ts'
import { startVm, type Vm } from '../kvminfo/vm.ts'

export const busyVms = ['compute', 'ide', 'virtio']

const busy: FirmwareVm[] = []
let realtime: Vm | undefined

export async function startGuests(): Promise<void> {
  // 48 pages of 2 MiB: 32 for the guest that computes, some free.
  writeFileSync('/proc/sys/vm/nr_hugepages', '48')
  realtime = await startVm('--cpuid', '1', '-name', 'guest=realtime')
  execFileSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(realtime.pid)])
  busy.push(
    startReader('ide', 'e1000'),
    startReader('virtio', 'virtio-net-pci'),
    startCompute([
      ...['-machine', 'memory-backend=pool', '-m', '64'],
      ...['-object', 'memory-backend-memfd,id=pool,size=64M,hugetlb=on,hugetlbsize=2M,prealloc=on'],
    ]),
  )
}

export async function stopGuests(): Promise<void> {
  await Promise.all(busy.map((vm) => vm.end()))
  await realtime?.end()
}
