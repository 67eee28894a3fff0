// Which collector fails for what: whole hosts as files, scraped as a whole.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collectors } from '../../../src/collectors/index.ts'
import { Scraper } from '../../../src/exporter/scrape.ts'
import { ByteWriter } from '../../../src/exposition/byte-writer.ts'
import { prometheusText } from '../../../src/exposition/format.ts'
import { createHost } from '../../../src/sources/host.ts'
import { processFiles } from '../../helpers/fixture-tree/process.ts'
import { type FixtureOptions, writeFixtureTree } from '../../helpers/fixture-tree.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const facts = { facts: () => undefined, close() {} }

function hostOf(options: Partial<FixtureOptions> = {}) {
  const root = scratchDirectory()
  const { paths, vms } = writeFixtureTree(root, { vms: 2, vcpus: 1, taskinfo: false, ...options })
  async function scrape(): Promise<string> {
    const host = createHost(paths, facts)
    const { log } = recordedLog()
    const scraper = new Scraper({ source: host, version: '1', hasProcessMetrics: false, log })
    const writer = new ByteWriter()
    const usual = collectors.filter(({ enabledByDefault }) => enabledByDefault)
    await scraper.scrape(usual, prometheusText, writer)
    host.close()
    return writer.bytes().toString()
  }
  /** A process of any user, which KVM does not know. */
  function addFake(pid: number, args: readonly string[]): void {
    for (const [path, content] of processFiles({
      pid,
      comm: 'qemu-system-x86',
      cmdline: `${['/usr/bin/qemu-system-x86_64', '-enable-kvm', ...args].join('\0')}\0`,
    })) {
      mkdirSync(join(paths.procfs, path, '..'), { recursive: true })
      writeFileSync(join(paths.procfs, path), content)
    }
  }
  return { root, paths, vms, scrape, addFake }
}

const withValue = (text: string, metric: string, value: string) =>
  [
    ...text.matchAll(
      new RegExp(`^kvminfo_scrape_collector_${metric}\\{collector="(\\w+)"\\} ${value}$`, 'gm'),
    ),
  ].map(([, collector]) => collector)
const failed = (text: string) => withValue(text, 'success', '0')
const unsupported = (text: string) => withValue(text, 'supported', '0')

describe('a kernel without a feature', () => {
  it.each([
    ['PSI', 'proc/pressure', 'pressure'],
    ['KSM', 'sys/kernel/mm/ksm', 'ksm'],
  ])('does not support its collector, which is no failure: %s', async (_, path, collector) => {
    const { root, scrape } = hostOf()
    rmSync(join(root, path), { recursive: true })
    const text = await scrape()
    expect(failed(text)).toEqual([])
    expect(unsupported(text)).toEqual([collector])
    expect(text).toContain('kvminfo_up 1')
  })

  it('is not a file that cannot be read, or that has other content', async () => {
    const { root, scrape } = hostOf()
    writeFileSync(join(root, 'proc/pressure/cpu'), '')
    rmSync(join(root, 'sys/kernel/mm/ksm'), { recursive: true })
    writeFileSync(join(root, 'sys/kernel/mm/ksm'), '')
    const text = await scrape()
    expect(failed(text)).toEqual(['pressure'])
  })

  it('is not a file system that is not mounted', async () => {
    const { root, scrape } = hostOf()
    rmSync(join(root, 'sys'), { recursive: true })
    expect(failed(await scrape())).toContain('ksm')
  })
})

describe('a broken status file', () => {
  it('costs the devices and the balloon that only it has, and nothing else', async () => {
    const { paths, vms, scrape } = hostOf()
    const path = join(paths.rundir, `libvirt/qemu/${vms[0]!.name}.xml`)
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 9_000))
    const text = await scrape()
    expect(failed(text)).toEqual(['vm_memory', 'devices'])
    expect(text).toContain(`kvminfo_vm_io_exits_total{vm="${vms[0]!.name}"}`)
    expect(text).toMatch(/vm_problems_total\{collector="devices",code="SOURCE_MALFORMED"\} 1/)
    expect(text).not.toMatch(/vm_problems_total\{collector="exits"/)
  })
})

describe('a process that only its command line calls a VM', () => {
  const many = Array.from({ length: 300 }, (_, at) => ['-device', `virtio-blk-pci,id=d${at}`]).flat()

  it.each([true, false])('is never charged to any collector, with the module: %s', async (kvminfo) => {
    const { scrape, addFake } = hostOf({ kvminfo })
    addFake(700, ['-name', 'fake', ...many])
    const text = await scrape()
    expect(failed(text)).toEqual([])
    expect(text).toMatch(/vm_problems_total\{collector="devices",code="DEVICES_LEFT_OUT"\} 1/)
    expect(text).toContain('kvminfo_vm_info{vm="fake"')
  })

  it('never renames a VM that KVM or libvirt confirms, even if it started first', async () => {
    for (const libvirt of [true, false]) {
      const { vms, scrape, addFake } = hostOf({ libvirt })
      addFake(200, ['-name', vms[0]!.name, '-uuid', vms[0]!.uuid])
      const text = await scrape()
      expect(text).toContain(`kvminfo_vm_io_exits_total{vm="${vms[0]!.name}"}`)
      expect(text).toContain(`kvminfo_vm_info{vm="${vms[0]!.name}@${vms[0]!.uuid}",pid="200"`)
    }
  })
})

it('of a VM that KVM confirms, too many devices fail the collector of devices only', async () => {
  const { paths, vms, scrape } = hostOf({ libvirt: false })
  const devices = Array.from({ length: 300 }, (_, at) => ['-device', `virtio-blk-pci,id=d${at}`]).flat()
  writeFileSync(
    join(paths.procfs, `${vms[0]!.pid}/cmdline`),
    `${['/usr/bin/qemu-system-x86_64', '-enable-kvm', '-name', 'big', ...devices].join('\0')}\0`,
  )
  expect(failed(await scrape())).toEqual(['devices'])
})
