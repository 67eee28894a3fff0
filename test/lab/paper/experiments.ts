// The thesis's experiments on the lab's guests: what each of them starts and measures. Runs in the lab.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { startReader } from '../cases/firmware/vm.ts'
import { readTable, rowOf } from '../cases/kvminfo/table.ts'
import { until } from '../cases/kvminfo/until.ts'
import { type Cost, costBetween, startGuest, vcpuThreads } from './guest.ts'

/** What each variant of an experiment costs in one run. */
export type Variants = Record<string, Cost>

async function measured(name: string, options: readonly string[], work: string): Promise<Cost> {
  const guest = await startGuest(name, options, work)
  try {
    return await guest.work()
  } finally {
    await guest.end()
  }
}

/** Table 7-4: the same mixed work on a VM as it is created and on a tuned one. */
async function switches(): Promise<Variants> {
  const work = 'reads=150 writes=150 packets=150 touch=16 spins=5'
  return {
    untuned: await measured('untuned', ['--disk', 'ide', '--nic', 'e1000'], work),
    tuned: await measured('tuned', ['--disk', 'virtio', '--nic', 'virtio', ...hugePages(96)], work),
  }
}

/** Table 7-3: 400 reads and writes of 4 KiB, by a process of the host and in VMs. */
async function disk(): Promise<Variants> {
  const [reads, writes] = [200, 200]
  const work = `reads=${reads} writes=${writes}`
  return {
    host: onHost(reads, writes),
    'vm virtio': await measured('virtio', ['--disk', 'virtio'], work),
    'vm untuned': await measured('ide', ['--disk', 'ide'], work),
  }
}

/** The same reads and writes of a file in memory, where the images of the VMs are, too. */
function onHost(reads: number, writes: number): Cost {
  const file = openSync('/tmp/host.img', 'w+')
  const block = Buffer.alloc(4096)
  const begun = process.hrtime.bigint()
  for (let at = 0; at < writes; at++) writeSync(file, block, 0, block.length, at * block.length)
  for (let at = 0; at < reads; at++) readSync(file, block, 0, block.length, at * block.length)
  const work_ns = Number(process.hrtime.bigint() - begun)
  closeSync(file)
  const none = { io_num: 0, exception_num: 0, kvm_vm_switch_num: 0, kvm_qemu_switch_num: 0, page_faults: 0 }
  return { ...none, work_ns }
}

/** Figure 7-5: 400 frames of 1,400 bytes. The thesis does not have the last two. */
async function network(): Promise<Variants> {
  execFileSync('modprobe', ['--all', 'tun', 'vhost_net'])
  const work = 'packets=400'
  return {
    'vm untuned': await measured('e1000', ['--nic', 'e1000'], work),
    'vm virtio': await measured('virtio', ['--nic', 'virtio'], work),
    'virtio, tap': await measured('tap', ['--nic', 'tap'], work),
    'virtio, vhost': await measured('vhost', ['--nic', 'vhost'], work),
  }
}

/** Table 7-2: a loop in the guest, alone and beside a process that wants the only CPU, under CFS and under FIFO 99. */
async function cpu(): Promise<Variants> {
  const variants: Variants = {}
  for (const contended of [false, true])
    for (const policy of ['cfs', 'fifo 99']) {
      const guest = await startGuest('cpu', [], 'spins=30')
      const hog = contended ? spawn('sh', ['-c', 'while :; do :; done']) : undefined
      try {
        if (policy !== 'cfs')
          for (const tid of vcpuThreads(guest.pid)) execFileSync('chrt', ['--fifo', '--pid', '99', `${tid}`])
        variants[`${policy}, ${contended ? 'beside a busy process' : 'alone'}`] = await guest.work()
      } finally {
        if (hog !== undefined) {
          hog.kill('SIGKILL')
          await once(hog, 'exit')
        }
        await guest.end()
      }
    }
  return variants
}

/** Figure 7-4: the guest touches 64 MiB of its memory for the first time, in pages of 4 KiB and of 2 MiB. */
async function memory(): Promise<Variants> {
  writeFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'never')
  const work = 'touch=64'
  return {
    '4 KiB pages': await measured('small', [], work),
    '2 MiB pages': await measured('huge', hugePages(96), work),
  }
}

/** Options of a guest whose memory is in the pool of huge pages, which gets room for `pages` of them. */
function hugePages(pages: number): string[] {
  const directory = '/dev/hugepages'
  if (!existsSync(directory)) {
    mkdirSync(directory)
    execFileSync('mount', ['-t', 'hugetlbfs', 'hugetlbfs', directory])
  }
  // The machine has little memory, and by now it is in small pieces.
  writeFileSync('/proc/sys/vm/drop_caches', '3')
  writeFileSync('/proc/sys/vm/compact_memory', '1')
  writeFileSync('/proc/sys/vm/nr_hugepages', `${pages}`)
  const reserved = Number(readFileSync('/proc/sys/vm/nr_hugepages', 'latin1'))
  if (reserved < pages) throw new Error(`the kernel found memory for ${reserved} of ${pages} huge pages`)
  return ['--mem-path', directory]
}

const tenVmsMs = 60_000

/** Table 3-17: ten VMs at once, for a minute: five on emulated disks, three on virtio, two that compute. */
async function ten(): Promise<Variants> {
  const vms: { name: string; pid: number; end(): Promise<void> }[] = []
  try {
    // First, because a boot beside eight VMs that never sleep takes many minutes.
    for (const name of ['compute1', 'compute2']) {
      const guest = await startGuest(name, ['--mib', '96'], 'rounds=0 spins=1')
      vms.push({ ...guest, name })
      guest.boot()
    }
    for (const name of ['ide1', 'ide2', 'ide3', 'ide4', 'ide5', 'virtio1', 'virtio2', 'virtio3']) {
      const isIde = name.startsWith('ide')
      vms.push(startReader(isIde ? 'ide' : 'virtio', isIde ? 'e1000' : 'virtio-net-pci', [], name))
    }
    await until('all ten VMs have a row', () => vms.every(({ pid }) => hasRow(pid)), 1000)
    const before = readTable()
    await setTimeout(tenVmsMs)
    const after = readTable()
    return Object.fromEntries(
      vms.map(({ name, pid }) => [name, costBetween(rowOf(before, pid), rowOf(after, pid), tenVmsMs * 1e6)]),
    )
  } finally {
    await Promise.all(vms.map((vm) => vm.end()))
  }
}

const hasRow = (pid: number): boolean => readTable().rows.some((row) => row.pid === pid)

export const experiments = { switches, disk, network, cpu, memory, ten } as const
