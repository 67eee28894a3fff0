// Whether a device of the host can be given to a VM.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { assignable, deviceUses, lockedMemory } from '../../../../src/sources/pci/assignable.ts'
import { parsePciAddress } from '../../../../src/sources/pci/device.ts'
import { disk, hostWithDisk } from '../../../helpers/pci-host.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

function host() {
  const root = scratchDirectory()
  const made = hostWithDisk({
    procfs: join(root, 'proc'),
    sysfs: join(root, 'sys'),
    rundir: join(root, 'run'),
  })
  const { procfs, sysfs } = made
  made.write(join(procfs, '1/mountinfo'), '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n')
  return {
    ...made,
    mount: (line: string) => made.write(join(procfs, '1/mountinfo'), `${line}\n`),
    block: (name: string) => join(sysfs, 'class/block', name),
    unmet: (device = disk, inVm: readonly string[] = []) =>
      assignable(device, inVm, made)
        .filter(({ holds }) => !holds)
        .map(({ seen }) => seen),
  }
}

test('a disk that nobody uses, alone in its group behind a bridge', () => {
  const { unmet } = host()
  expect(unmet()).toEqual([])
})

describe('cannot be given away', () => {
  test('without an IOMMU', () => {
    const { add, unmet } = host()
    add('0000:02:00.0', { kind: '0x020000' })
    expect(unmet('0000:02:00.0')).toEqual([expect.stringContaining('intel_iommu=on')])
  })

  test('if the host uses another device of the group; not if nobody, a VM or this VM does', () => {
    const { add, setDriver, unmet } = host()
    const other = '0000:01:00.1'
    add(other, { kind: '0x020000', driver: 'igb', group: 7 })
    expect(unmet()).toEqual([`in use: ${other}`])
    expect(unmet(disk, [other])).toEqual([])
    for (const driver of [undefined, 'vfio-pci']) {
      setDriver(other, driver)
      expect(unmet()).toEqual([])
    }
  })

  test('a bridge', () => {
    expect(host().unmet('0000:00:01.0')).toContain('class 0x060400, 0 virtual functions')
  })

  test('a device with virtual functions', () => {
    const { add, addFunctions, unmet } = host()
    add('0000:01:00.1', { kind: '0x010802', group: 8 })
    addFunctions(disk, 4, ['0000:01:00.1'])
    expect(unmet()).toEqual(['class 0x010802, 1 virtual functions'])
  })

  test.each([
    ['by its number', '40 22 259:1 / /srv rw - ext4 /dev/disk/by-label/data rw'],
    ['btrfs, by its name', '40 22 0:51 / /srv rw,relatime - btrfs /dev/nvme0n1p1 rw'],
  ])('a disk with a partition that is mounted (%s)', (_, line) => {
    const { mount, unmet } = host()
    mount(line)
    expect(unmet()).toEqual(['nvme0n1p1 is mounted at /srv'])
  })

  test('a disk that is mounted where another process sees it only', () => {
    const { sysfs, unmet } = host()
    mkdirSync(join(sysfs, 'fs/xfs/nvme0n1'), { recursive: true })
    expect(unmet()).toEqual(['nvme0n1 is mounted somewhere (xfs)'])
  })

  test('the second disk of a btrfs', () => {
    const { sysfs, unmet } = host()
    mkdirSync(join(sysfs, 'fs/btrfs/1111/devices/nvme0n1p1'), { recursive: true })
    expect(unmet()).toEqual(['nvme0n1p1 is mounted somewhere (btrfs)'])
  })

  test('a disk that is part of a volume of LVM, of a RAID, …', () => {
    const { block, unmet } = host()
    mkdirSync(join(block('nvme0n1p1'), 'holders/dm-0'))
    expect(unmet()).toEqual(['nvme0n1p1 is part of dm-0'])
  })

  test('a disk with swap space', () => {
    const { procfs, write, unmet } = host()
    write(join(procfs, 'swaps'), 'Filename\tType\tSize\n/dev/nvme0n1p1 \tpartition\t1000\n')
    expect(unmet()).toEqual(['nvme0n1p1 is swap space'])
  })

  test('a disk of ZFS, whose user the kernel does not show', () => {
    const { rundir, write, unmet } = host()
    write(join(rundir, 'udev/data/b259:1'), 'S:disk/by-id/x\nE:ID_FS_TYPE=zfs_member\n')
    expect(unmet()).toEqual(['nvme0n1p1 may be in use, because it is a zfs_member'])
  })

  test('a disk that several controllers can serve, which sysfs has elsewhere', () => {
    const { sysfs, path, link, addBlock, unmet } = host()
    const subsystem = join(sysfs, 'devices/virtual/nvme-subsystem/nvme-subsys0')
    link(join(subsystem, 'nvme0'), path(disk, 'nvme/nvme0'))
    link(join(sysfs, 'class/nvme-subsystem/nvme-subsys0'), subsystem)
    addBlock(subsystem, 'nvme9n1', '259:9')
    mkdirSync(join(subsystem, 'nvme9n1/holders/md0'))
    expect(unmet()).toEqual(['nvme9n1 is part of md0'])
  })

  test('an interface that is up, or below a bridge, a bond or a VLAN', () => {
    const { add, addInterface, path, link, unmet } = host()
    const nic = '0000:02:00.0'
    add(nic, { kind: '0x020000', driver: 'igb', group: 9 })
    addInterface(nic, 'eth1', 0x1002)
    expect(unmet(nic)).toEqual([])
    addInterface(nic, 'eth1', 0x1003)
    expect(unmet(nic)).toEqual(['eth1 is up'])
    addInterface(nic, 'eth1', 0x1002)
    link(path(nic, 'net/eth1/upper_bond0'), path(nic))
    expect(unmet(nic)).toEqual(['eth1 is up'])
  })

  test('an interface that is in another network namespace', () => {
    const { add, setDriver, unmet } = host()
    const nic = '0000:02:00.0'
    add(nic, { kind: '0x020000', driver: 'igb', group: 9 })
    expect(unmet(nic)).toEqual([expect.stringContaining('driver/unbind')])
    for (const driver of [undefined, 'vfio-pci']) {
      setDriver(nic, driver)
      expect(unmet(nic)).toEqual([])
    }
  })

  test('the card that shows the console', () => {
    const { write, path, unmet } = host()
    write(path(disk, 'boot_vga'), '1\n')
    expect(unmet()).toEqual(['it shows the console of the host'])
  })
})

test('the disks of other devices say nothing about this one', () => {
  const made = host()
  made.add('0000:02:00.0', { kind: '0x010802', driver: 'nvme', group: 9 })
  made.mount('40 22 259:1 / /srv rw - ext4 /dev/nvme0n1p1 rw')
  expect(deviceUses('0000:02:00.0', made)).toEqual([])
})

test('the memory of a VM is what it lacks, and what KSM has merged', () => {
  const { procfs, sysfs, write } = host()
  write(join(procfs, '10/status'), 'Name:\tqemu\nVmRSS:\t1024 kB\nHugetlbPages:\t2048 kB\n')
  write(join(procfs, 'meminfo'), 'MemTotal: 100000 kB\nMemAvailable: 50000 kB\n')
  const memory = () => lockedMemory(10, 8192 * 1024, { procfs, sysfs })
  expect(memory()).toEqual({ missing: 5120 * 1024, total: 102_400_000, available: 51_200_000 })
  write(join(sysfs, 'kernel/mm/ksm/pages_sharing'), '3\n')
  expect(memory().missing).toBe(5120 * 1024 + 3 * 4096)
  // No more than the VM has.
  write(join(sysfs, 'kernel/mm/ksm/pages_sharing'), '100000\n')
  expect(memory().missing).toBe(6144 * 1024)
})

test.each([
  '0000:01:00.0/../../x',
  'eth1',
  '',
  '0000:01:20.0',
  '0000:01:00.8',
  '0000:01:00.0\n',
  '0000:0A:00.0',
])('%j is no address of a device', (text) => {
  expect(parsePciAddress(text)).toBeUndefined()
})
