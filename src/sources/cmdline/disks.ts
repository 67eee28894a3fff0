// The disks that a QEMU command line gives to its guest: -drive and its short forms (-hda, an image without an option),
// and -device with -blockdev or -drive if=none. CD-ROM and floppy drives are left out: they carry no load, and they are
// emulated even in VMs that use virtio for everything else.
import type { Disk } from '../../model/vm.ts'
import type { Arguments } from './arguments.ts'
import { boardDisks } from './board-disks.ts'
import { isQ35 } from './machine.ts'
import { type Option, parseJsonOrOption, parseOption } from './option.ts'

/** Drivers of -blockdev that only fetch bytes and have no format of their own; the format is then raw. */
const protocols = new Set(
  'file host_device host_cdrom nbd rbd iscsi nvme nfs ssh http https ftp ftps gluster null-co null-aio io_uring'.split(
    ' ',
  ),
)
/** Drivers that only pass requests on to their `file` node. */
const filters = new Set(['throttle', 'copy-on-read', 'preallocate', 'compress'])

export function disksOf(given: Arguments): Disk[] {
  const all = (name: string, impliedKey: string, parse = parseOption) =>
    (given.options.get(name) ?? []).map((text) => parse(text, impliedKey))
  const devices = all('device', 'driver', parseJsonOrOption)
  const onQ35 = isQ35(given)
  const backends = new Map<string, Option>()
  for (const node of all('blockdev', 'driver', parseJsonOrOption))
    backends.set(node.get('node-name') ?? '', node)
  for (const drive of all('drive', 'file')) if (drive.has('id')) backends.set(drive.get('id')!, drive)
  const ahci = new Set(
    devices.filter((device) => device.get('driver')?.includes('ahci')).map((device) => device.get('id')),
  )

  const disks: Disk[] = []
  for (const device of devices) {
    const bus = deviceBus(device, onQ35, ahci)
    if (bus === undefined) continue
    const backend = backends.get(device.get('drive') ?? '')
    disks.push({
      device: device.get('id') ?? device.get('drive') ?? device.get('chardev') ?? device.get('driver')!,
      bus,
      cache: backend === undefined ? undefined : cacheOf(backend, device),
      format: backend === undefined ? undefined : formatOf(backend, backends),
    })
  }
  return [...disks, ...boardDisks(given)]
}

/** The bus of a disk device; undefined if the device is not a disk. */
function deviceBus(
  device: Option,
  onQ35: boolean,
  ahci: ReadonlySet<string | undefined>,
): string | undefined {
  const driver = device.get('driver') ?? ''
  if (driver.startsWith('virtio-blk') || driver.startsWith('vhost-user-blk')) return 'virtio'
  if (/^scsi-(hd|block|disk|generic)$/.test(driver)) return 'scsi'
  if (driver === 'usb-storage' || driver === 'usb-uas' || driver === 'usb-bot') return 'usb'
  if (driver === 'nvme') return 'nvme'
  if (!/^ide-(hd|drive)$/.test(driver)) return undefined
  // Disks of an AHCI controller are ide-hd too. The built-in controller of q35, named `ide`, is an AHCI controller.
  const controller = device.get('bus')?.split('.')[0]
  return ahci.has(controller ?? '') || (onQ35 && (controller ?? 'ide') === 'ide') ? 'sata' : 'ide'
}

/** The five cache modes of QEMU's manual, from the three switches that they set; undefined if no switch is given. */
function cacheOf(backend: Option, device: Option): string | undefined {
  const named = backend.get('cache')
  if (named !== undefined) return named
  const direct = backend.get('cache.direct')
  const noFlush = backend.get('cache.no-flush')
  if (direct === undefined && noFlush === undefined) return undefined
  if (noFlush === 'on') return 'unsafe'
  const writeCache = device.get('write-cache') !== 'off'
  if (direct === 'on') return writeCache ? 'none' : 'directsync'
  return writeCache ? 'writeback' : 'writethrough'
}

function formatOf(backend: Option, backends: ReadonlyMap<string, Option>): string | undefined {
  const driver = backend.get('driver')
  // A -drive names its format in `format`, a -blockdev in its driver.
  if (driver === undefined) return backend.get('format')
  if (protocols.has(driver)) return 'raw'
  const below = filters.has(driver) ? backends.get(backend.get('file') ?? '') : undefined
  return below === undefined || below === backend ? driver : formatOf(below, new Map())
}
