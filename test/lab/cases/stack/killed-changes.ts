// The changes that killed.ts interrupts: each with a VM or a setting of the host that it concerns.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { ActionName } from '../../../../src/model/remediation.ts'
import { reported, reportsAgain } from '../firmware/balloon.ts'
import { writeIdleDisk } from '../firmware/disk.ts'
import { defineReader, domainXml, virsh } from '../firmware/domain.ts'
import { until } from '../kvminfo/until.ts'
import { driverOf, isInVm, spareDevice } from './spare-device.ts'

const uuid = '11111111-1111-4111-8111-111111111111'
const otherUuid = '22222222-2222-4222-8222-222222222222'
const ksm = '/sys/kernel/mm/ksm'
const transparent = '/sys/kernel/mm/transparent_hugepage/enabled'
const guest = '/project/test/lab/guests/linux'
const pool = '/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages'
/** Of the Linux guest, MiB. */
const linuxMib = 640

export interface Scenario {
  readonly vm?: string
  /** More labels of the alert. */
  labels?(): Readonly<Record<string, string>>
  begin(): void | Promise<void>
  end?(): void
  /** What the change is about, from the kernel or libvirt. */
  value(): string
  /** Whether such a value is the one that is planned. */
  isMade(value: string): boolean
}

const file = (path: string): string => readFileSync(path, 'utf8').trim()
/** Of KSM: pages to scan, and the sleep after them in milliseconds. */
const pace = (): string =>
  ['pages_to_scan', 'sleep_millisecs'].map((name) => file(`${ksm}/${name}`)).join(' ')
const destroy = (): void => void virsh('destroy', '--', uuid)

/** Does nothing. */
function startIdle(name = 'idle', itsUuid = uuid): void {
  const [image, definition] = [`/tmp/${name}.img`, `/tmp/${name}.xml`]
  writeIdleDisk(image)
  writeFileSync(definition, domainXml({ name, bus: 'ide', nic: 'e1000' }, image, `<uuid>${itsUuid}</uuid>`))
  virsh('define', definition)
  virsh('start', '--', itsUuid)
}

async function startLinux(nic: 'none' | 'e1000' | 'tap', ...work: string[]): Promise<void> {
  const words = ['--via', 'libvirt', '--nic', nic, '--mib', String(linuxMib), ...work]
  execFileSync(`${guest}/start`, words)
  execFileSync(`${guest}/await`, ['linux', 'work starts', '300'])
}

const endLinux = (): void => void virsh('destroy', '--', 'linux')

export const scenarios: Partial<Record<ActionName, Scenario>> = {
  'virtio-disk': {
    vm: 'web1',
    begin() {
      defineReader('web1', uuid, { hasAcpi: false, isStuck: false })
      virsh('start', '--', uuid)
    },
    end: destroy,
    value: () => virsh('dumpxml', '--inactive', '--', uuid),
    isMade: (xml) => xml.includes("<target dev='vda' bus='virtio'/>"),
  },
  // These two wait until the VM sends packets, because they are measured by them.
  'virtio-nic': {
    vm: 'linux',
    begin: () => startLinux('e1000', 'packets=20', 'rounds=0'),
    end: endLinux,
    value: () => virsh('dumpxml', '--inactive', '--', 'linux'),
    isMade: (xml) => xml.includes("<model type='virtio'/>"),
  },
  'vhost-net': {
    vm: 'linux',
    async begin() {
      execFileSync('modprobe', ['--all', 'tun', 'vhost_net'])
      await startLinux('tap', 'packets=20', 'rounds=0')
    },
    end: endLinux,
    value: () => virsh('dumpxml', '--inactive', '--', 'linux'),
    isMade: (xml) => !xml.includes("<driver name='qemu'/>"),
  },
  'ksm-off': {
    begin: () => writeFileSync(`${ksm}/run`, '1'),
    value: () => file(`${ksm}/run`),
    isMade: (run) => run === '0',
  },
  // Needs a machine with --cpus 4, because KSM is not switched on where the CPUs are busy.
  'ksm-on': {
    begin() {
      writeFileSync(`${ksm}/run`, '0')
      startIdle()
      startIdle('idle2', otherUuid)
    },
    end() {
      destroy()
      virsh('destroy', '--', otherUuid)
    },
    value: () => `${file(`${ksm}/run`)}, ${pace()}`,
    isMade: (both) => both === '1, 100 200',
  },
  'ksm-pace': {
    begin: () => writeFileSync(`${ksm}/run`, '1'),
    value: pace,
    isMade: (value) => value === '100 200',
  },
  'host-prepare': {
    begin: () => writeFileSync(transparent, 'never'),
    value: () => `${file(transparent)}, ${file(pool)}`,
    isMade: (prepared) => /^always \[madvise\] never, [1-9]/.test(prepared),
  },
  hugepages: {
    vm: 'idle',
    begin() {
      writeFileSync(transparent, 'madvise')
      startIdle()
    },
    end: destroy,
    value: () => file(pool),
    // 32 MiB in pages of 2 MiB.
    isMade: (pages) => pages === '16',
  },
  'balloon-deflate': {
    vm: 'linux',
    async begin() {
      await startLinux('none', 'delay=1000', 'rounds=0')
      virsh('setmem', '--live', '--size', `${linuxMib * 0.9}MiB`, '--', 'linux')
      const isSmall = () => reported('linux', 'actual') === linuxMib * 0.9 * 1024
      await until('the guest has given memory to the balloon', isSmall, 500)
    },
    end: endLinux,
    value: () => String(reported('linux', 'actual')),
    isMade: (size) => size === String(linuxMib * 1024),
  },
  'balloon-inflate': {
    vm: 'linux',
    async begin() {
      await startLinux('none', 'delay=1000', 'rounds=0')
      await reportsAgain('linux')
    },
    end: endLinux,
    value: () => String(reported('linux', 'actual')),
    isMade: (size) => size === String(linuxMib * 0.95 * 1024),
  },
  // These two need a machine with --iommu.
  'assign-device': {
    vm: 'linux',
    labels: () => ({ device: spareDevice() }),
    begin() {
      for (const module of ['nvme', 'vfio_iommu_type1', 'vfio-pci']) execFileSync('modprobe', [module])
      execFileSync(`${guest}/start`, ['--via', 'libvirt', 'delay=100000'])
      execFileSync(`${guest}/await`, ['linux', 'work starts', '300'])
    },
    end: endLinux,
    value: () => (isInVm('linux', spareDevice()) ? 'in the VM, ' : '') + driverOf(spareDevice()),
    isMade: (place) => place === 'in the VM, vfio-pci',
  },
  'virtual-functions': {
    labels: () => ({ device: spareDevice() }),
    begin: () => void execFileSync('modprobe', ['nvme']),
    value: () => file(`/sys/bus/pci/devices/${spareDevice()}/sriov_numvfs`),
    isMade: (count) => count === '4',
  },
}
