// Which disks a device of the host serves, and who uses them. Nothing is opened.
import { join, sep } from 'node:path'
import type { HostPaths } from '../paths.ts'
import { namesIn, realPath, textOf } from './device.ts'

/** Whose disks the kernel shows no user of. udev names them by what it has read from them. */
const withoutHolder = ['zfs_member', 'ceph_bluestore']

/** The disks and partitions that are served by the device, such as `nvme0n1` and `nvme0n1p1`. */
export function blockDevices(sysfs: string, directory: string): string[] {
  const device = realPath(directory)
  if (device === '') return []
  const isBelow = (path: string): boolean => path.startsWith(`${device}${sep}`)
  // A disk that several NVMe controllers can serve belongs to their subsystem, not to one of them.
  const subsystems = namesIn(join(sysfs, 'class/nvme-subsystem'))
    .map((name) => join(sysfs, 'class/nvme-subsystem', name))
    .filter((subsystem) =>
      namesIn(subsystem).some((name) => /^nvme\d+$/.test(name) && isBelow(realPath(join(subsystem, name)))),
    )
    .map(realPath)
  return namesIn(join(sysfs, 'class/block'))
    .filter((name) => {
      const path = realPath(join(sysfs, 'class/block', name))
      return isBelow(path) || subsystems.some((subsystem) => path.startsWith(`${subsystem}${sep}`))
    })
    .sort()
}

/** Who uses the disk or partition, such as `nvme0n1p1 is mounted at /srv`; empty if nobody is known to. */
export function blockUses(name: string, { procfs, sysfs, rundir }: HostPaths): string[] {
  const number = textOf(join(sysfs, 'class/block', name, 'dev'))
  const holders = namesIn(join(sysfs, 'class/block', name, 'holders'))
  const mounted = mountPoints(procfs, name, number)
  const files = fileSystems(sysfs, name)
  const contents = /^E:ID_FS_TYPE=(.*)$/m.exec(textOf(join(rundir, `udev/data/b${number}`)))?.[1] ?? ''
  return [
    ...holders.map((holder) => `${name} is part of ${holder}`),
    ...mounted.map((point) => `${name} is mounted at ${point}`),
    // Also where it is mounted only in a container.
    ...(mounted.length === 0 && files.length > 0 ? [`${name} is mounted somewhere (${files[0]})`] : []),
    ...(isSwap(procfs, name) ? [`${name} is swap space`] : []),
    ...(withoutHolder.includes(contents) ? [`${name} may be in use, because it is a ${contents}`] : []),
  ]
}

/** As the first process sees them, because a service may have fewer mounts of its own. */
function mountPoints(procfs: string, name: string, number: string): string[] {
  const text = textOf(join(procfs, '1/mountinfo')) || textOf(join(procfs, 'self/mountinfo'))
  return text.split('\n').flatMap((line) => {
    // <id> <parent> <major:minor> <root> <mount point> <options> … - <type> <source> <options>
    const [, , device, , point] = line.split(' ')
    const source = line.split(' - ')[1]?.split(' ')[1]
    // The number of btrfs is none of a disk.
    return point !== undefined && (device === number || source === `/dev/${name}`) ? [point] : []
  })
}

/** The folders that file systems have for what they are mounted on, such as /sys/fs/ext4/sda1. */
function fileSystems(sysfs: string, name: string): string[] {
  const root = join(sysfs, 'fs')
  return namesIn(root).flatMap((type) =>
    type === 'btrfs'
      ? namesIn(join(root, type)).some((id) => namesIn(join(root, type, id, 'devices')).includes(name))
        ? [type]
        : []
      : namesIn(join(root, type)).includes(name)
        ? [type]
        : [],
  )
}

const isSwap = (procfs: string, name: string): boolean =>
  textOf(join(procfs, 'swaps'))
    .split('\n')
    .some((line) => line.split(/\s/, 1)[0] === `/dev/${name}`)
