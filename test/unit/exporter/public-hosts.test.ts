// Hosts in the forms that real ones have, from issues of other exporters and from what other managers start. Each names
// its source. The whole exporter runs on a tree of files.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { collectors } from '../../../src/collectors/index.ts'
import { Scraper } from '../../../src/exporter/scrape.ts'
import { ByteWriter } from '../../../src/exposition/byte-writer.ts'
import { prometheusText } from '../../../src/exposition/format.ts'
import type { FixtureOptions } from '../../helpers/fixture-tree.ts'
import { hostOf } from '../../helpers/host-on-files.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

type Tree = ReturnType<typeof hostOf>

async function scraped(options: Partial<FixtureOptions>, change: (tree: Tree) => void): Promise<string> {
  const tree = hostOf(options)
  change(tree)
  const writer = new ByteWriter()
  const { log } = recordedLog()
  const scraper = new Scraper({ source: tree.host, version: 'x', hasProcessMetrics: false, log })
  await scraper.scrape(collectors, prometheusText, writer)
  return writer.bytes().toString()
}

const words = (tree: Tree, vm: number, ...args: (string | Buffer)[]) =>
  writeFileSync(
    tree.path('proc', String(tree.vms[vm]!.pid), 'cmdline'),
    Buffer.concat(args.flatMap((arg) => [Buffer.from(arg), Buffer.from([0])])),
  )

const success = (collector: string, value: 0 | 1) =>
  `kvminfo_scrape_collector_success{collector="${collector}"} ${value}`

it('a VM of Incus or LXD, whose accelerator is in a file of -readconfig, has its name and UUID', async () => {
  const uuid = '11111111-2222-4333-8444-555555555555'
  const args = '-daemonize -cpu host -nographic -serial chardev:console -nodefaults -no-user-config'.split(
    ' ',
  )
  const incus = ['/opt/incus/bin/qemu-system-x86_64', '-S', '-name', 'web1', '-uuid', uuid, ...args]
  const text = await scraped({ vms: 1, libvirt: false }, (tree) =>
    words(tree, 0, ...incus, '-readconfig', '/run/incus/web1/qemu.conf'),
  )
  expect(text).toMatch(new RegExp(`^kvminfo_vm_info\\{vm="web1",pid="\\d+",uuid="${uuid}"`, 'm'))
  expect(text).not.toContain('vm="pid-')
})

it('a kernel without PSI (RHEL; node_exporter#1961, #1983) has no failed collector', async () => {
  const text = await scraped({ vms: 1 }, (tree) => rmSync(tree.path('proc/pressure'), { recursive: true }))
  expect(text).toContain('kvminfo_up 1')
  expect(text).toContain(success('pressure', 1))
})

it('a kernel whose PSI has no line full for the CPU (node_exporter#3051) has the line some', async () => {
  const text = await scraped({ vms: 1 }, (tree) =>
    writeFileSync(
      tree.path('proc/pressure/cpu'),
      'some avg10=2.65 avg60=2.78 avg300=2.92 total=111749368752\n',
    ),
  )
  expect(text).toContain('kvminfo_host_pressure_some_seconds_total{resource="cpu"} 111749.368752')
  expect(text).not.toContain('pressure_full_seconds_total{resource="cpu"')
  expect(text).toContain(success('pressure', 1))
})

it('a NUMA node without memory has no pools and no failure', async () => {
  const text = await scraped({ vms: 1 }, (tree) => {
    mkdirSync(tree.path('sys/devices/system/node/node7'), { recursive: true })
  })
  expect(text).toContain(success('hugepages', 1))
  expect(text).not.toContain('node="7"')
})

it('a process with 300 disks costs no collector anything that lacks nothing', async () => {
  const disks = Array.from({ length: 300 }, (_, at) => ['-device', `virtio-blk-pci,id=d${at}`]).flat()
  const text = await scraped({ vms: 2, libvirt: false }, (tree) =>
    words(tree, 0, '/usr/bin/qemu-system-x86_64', '-name', 'guest=wide', '-enable-kvm', ...disks),
  )
  for (const collector of ['vcpu', 'exits', 'vm', 'vm_memory', 'exit_reasons'])
    expect(text).toContain(success(collector, 1))
})

it('a name that is no UTF-8 (prometheus#4803, process-exporter#323) is shown with replacement characters', async () => {
  const name = Buffer.concat([Buffer.from('guest=bad'), Buffer.from([0xff, 0xfe]), Buffer.from('name')])
  const text = await scraped({ vms: 1, libvirt: false }, (tree) =>
    words(tree, 0, '/usr/bin/qemu-system-x86_64', '-name', name, '-enable-kvm'),
  )
  expect(text).toContain('vm="bad\uFFFD\uFFFDname"')
})

it('of VMs with one name (pve_exporter#17, prometheus-libvirt-exporter#37), the first has it', async () => {
  const text = await scraped({ vms: 2, libvirt: false }, (tree) => {
    for (const vm of [0, 1])
      words(tree, vm, '/usr/bin/qemu-system-x86_64', '-name', 'guest=web', '-enable-kvm')
  })
  expect(text).toMatch(/^kvminfo_vm_info\{vm="web",/m)
  expect(text).toMatch(/^kvminfo_vm_info\{vm="web@\d+",/m)
})

const broken: [string, (tree: Tree) => void, string[]][] = [
  [
    'a half-written status file',
    (tree) => writeFileSync(tree.path('run/libvirt/qemu/vm-0001.xml'), '<domst'),
    [],
  ],
  ['an empty status file', (tree) => writeFileSync(tree.path('run/libvirt/qemu/vm-0001.xml'), ''), []],
  ['a directory that is called like one', (tree) => mkdirSync(tree.path('run/libvirt/qemu/dir.xml')), []],
  ['KSM without a file of newer kernels', (tree) => removeKsm(tree), ['ksm']],
  ['no /proc/meminfo', (tree) => rmSync(tree.path('proc/meminfo')), ['meminfo']],
  ['no huge pages', (tree) => rmSync(tree.path('sys/kernel/mm/hugepages'), { recursive: true }), []],
]

function removeKsm(tree: Tree): void {
  const directory = tree.path('sys/kernel/mm/ksm')
  for (const name of readdirSync(directory)) if (name === 'full_scans') rmSync(join(directory, name))
}

it.each(broken)('%s costs only the collectors that need it', async (_, change, mayFail) => {
  const text = await scraped({ vms: 3 }, change)
  expect(text).toContain('kvminfo_up 1')
  const charged = new Set([...mayFail, 'devices', 'vm_memory'])
  for (const { name } of collectors) if (!charged.has(name)) expect(text).toContain(success(name, 1))
})
