// PCI devices of a host, as sysfs shows them: folders below sys/devices, and links to them.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

interface Device {
  /** Of PCI, such as `0x010802`. */
  readonly kind: string
  readonly driver?: string
  readonly group?: number
}

export function pciHost(root: { readonly procfs: string; readonly sysfs: string; readonly rundir: string }) {
  const { sysfs } = root
  const devices = join(sysfs, 'devices/pci0000:00')
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  /** As sysfs has them, relative. */
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    symlinkSync(relative(dirname(path), target), path)
  }
  const host = {
    ...root,
    write,
    link,
    path: (address: string, ...more: string[]): string => join(devices, address, ...more),
    add(address: string, { kind, driver, group }: Device): void {
      write(host.path(address, 'class'), `${kind}\n`)
      link(join(sysfs, 'bus/pci/devices', address), host.path(address))
      host.setDriver(address, driver)
      if (group === undefined) return
      const folder = join(sysfs, 'kernel/iommu_groups', String(group))
      link(join(folder, 'devices', address), host.path(address))
      link(host.path(address, 'iommu_group'), folder)
    },
    setDriver(address: string, driver: string | undefined): void {
      rmSync(host.path(address, 'driver'), { force: true })
      if (driver === undefined) return
      mkdirSync(join(sysfs, 'bus/pci/drivers', driver), { recursive: true })
      link(host.path(address, 'driver'), join(sysfs, 'bus/pci/drivers', driver))
    },
    /** `flags`: IFF_UP is 1. */
    addInterface(address: string, name: string, flags: number): void {
      write(host.path(address, 'net', name, 'flags'), `0x${flags.toString(16)}\n`)
    },
    /** A disk or partition in a folder below `address`, or anywhere. */
    addBlock(folder: string, name: string, number: string): void {
      write(join(folder, name, 'dev'), `${number}\n`)
      mkdirSync(join(folder, name, 'holders'), { recursive: true })
      link(join(sysfs, 'class/block', name), join(folder, name))
    },
    addFunctions(address: string, most: number, functions: readonly string[]): void {
      write(host.path(address, 'sriov_totalvfs'), `${most}\n`)
      write(host.path(address, 'sriov_numvfs'), `${functions.length}\n`)
      functions.forEach((one, index) => {
        link(host.path(address, `virtfn${index}`), host.path(one))
      })
    },
  }
  return host
}

/** An NVMe disk with one partition, alone in its group behind a bridge. */
export const disk = '0000:01:00.0'

export function hostWithDisk(root: Parameters<typeof pciHost>[0]) {
  const host = pciHost(root)
  host.add('0000:00:01.0', { kind: '0x060400', driver: 'pcieport', group: 7 })
  host.add(disk, { kind: '0x010802', driver: 'nvme', group: 7 })
  const controller = host.path(disk, 'nvme/nvme0')
  host.addBlock(controller, 'nvme0n1', '259:0')
  host.addBlock(join(controller, 'nvme0n1'), 'nvme0n1p1', '259:1')
  return host
}
