// A VM under libvirt that reads its disk (disk.ts).

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type Bus, writeReadingDisk } from './disk.ts'

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

/** Runs virsh and returns its output. */
export function virsh(...words: string[]): string {
  return execFileSync('virsh', ['--quiet', ...words], { encoding: 'utf8' }).trim()
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
