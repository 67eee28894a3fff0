// A VM under libvirt that reads its disk (disk.ts).

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { type Bus, writeReadingDisk, writeStuckDisk } from './disk.ts'

export interface Domain {
  readonly name: string
  readonly bus: Bus
  readonly nic: 'e1000' | 'virtio'
}

export function startDomain(domain: Domain): void {
  const image = `/tmp/${domain.name}.img`
  const definition = `/tmp/${domain.name}.xml`
  writeReadingDisk(image, domain.bus)
  writeFileSync(definition, domainXml(domain, image))
  virsh('create', definition)
}

/**
 * Defines a VM that reads its IDE disk through the firmware, and a disk on virtio through its own driver. Its disk is
 * throttled, so that the load is the same with both. With ACPI, it shuts down when it is asked to. `isStuck`: it stops where
 * its disk is on virtio.
 */
export function defineReader(
  name: string,
  uuid: string,
  { hasAcpi, isStuck, nic = 'virtio' }: { hasAcpi: boolean; isStuck: boolean; nic?: Domain['nic'] },
): void {
  const image = `/tmp/${name}.img`
  if (isStuck) writeStuckDisk(image)
  else writeReadingDisk(image, 'virtio')
  const more = `<uuid>${uuid}</uuid>${hasAcpi ? '<features><acpi/></features>' : ''}`
  const text = domainXml({ name, bus: 'ide', nic }, image, more)
  const throttle = '<iotune><total_bytes_sec>200000</total_bytes_sec></iotune>'
  const definition = `/tmp/${name}.xml`
  writeFileSync(definition, text.replace("bus='ide'/>", `bus='ide'/>${throttle}`))
  virsh('define', definition)
}

/** The bus of its first disk: of the VM that runs, and when it starts next. */
export function busesOf(uuid: string): { live: string | undefined; next: string | undefined } {
  const bus = (xml: string): string | undefined => /<target dev='..a' bus='(\w+)'\/>/.exec(xml)?.[1]
  return {
    live: bus(virsh('dumpxml', '--', uuid)),
    next: bus(virsh('dumpxml', '--inactive', '--', uuid)),
  }
}

/** Of its QEMU. */
export const pidOf = (name: string): string => readFileSync(`/run/libvirt/qemu/${name}.pid`, 'utf8').trim()

/** Whether QEMU has the kernel move its packets. */
export function usesVhost(name: string): boolean {
  const folder = `/proc/${pidOf(name)}/fd`
  return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === '/dev/vhost-net')
}

/** Runs virsh and returns its output. It waits also for a machine that gets no CPU for half a minute. */
export function virsh(...words: string[]): string {
  const general = ['--quiet', '--keepalive-interval', '0']
  return execFileSync('virsh', [...general, ...words], { encoding: 'utf8' }).trim()
}

/** `more`: elements beside the name. */
export function domainXml({ name, bus, nic }: Domain, image: string, more = ''): string {
  return `<domain type='kvm'>
  <name>${name}</name>${more}
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
  <cpu mode='host-passthrough'/>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='writeback'/>
      <source file='${image}'/>
      <target dev='${bus === 'ide' ? 'hda' : 'vda'}' bus='${bus}'/>
    </disk>
    <interface type='user'><model type='${nic}'/><rom enabled='no'/></interface>
    <memballoon model='none'/>
  </devices>
</domain>
`
}
