// Test disks: small, empty, read-only virtio disks that a running VM gets for a moment. That its guest has read one is
// known from QEMU's own count, not from the guest's word.
import { KvminfoError } from '../errors.ts'
import type { Domains } from '../libvirt/write.ts'
import { isDiskCopied } from '../sources/libvirt-status/disk-copy.ts'
import { freeDiskName, whyNoHotPlug } from '../sources/libvirt-status/hot-plug.ts'
import { type Element, everything, readXml } from '../sources/libvirt-status/xml.ts'
import { holdsWithin } from './holds-within.ts'
import type { TestDiskImages } from './test-disk-images.ts'

export interface TestDiskTimes {
  /** How long the guest may take to read the disk, milliseconds. */
  readonly readMs: number
  /** How long it may take to give the disk back. */
  readonly unplugMs: number
  /** Between two looks. */
  readonly pollMs: number
}

export const testDiskTimes: TestDiskTimes = { readMs: 30_000, unplugMs: 30_000, pollMs: 500 }

/** The id of the disk. libvirt itself gives no device one that begins with `ua-`. */
const alias = 'ua-kvminfo-test-disk'

/** All reject with a KvminfoError if libvirt cannot be asked. `uuid`: of a domain that was identified. */
export class TestDisks {
  readonly #domains: Domains
  readonly #images: TestDiskImages
  readonly #times: TestDiskTimes

  constructor(domains: Domains, images: TestDiskImages, times: TestDiskTimes) {
    this.#domains = domains
    this.#images = images
    this.#times = times
  }

  /** The domains that a former process may have left a test disk in. */
  leftIn(): string[] {
    return this.#images.list()
  }

  async isPlugged(uuid: string): Promise<boolean> {
    return disksOf(await this.#live(uuid)).some(
      (disk) => disk.first('alias')?.attributes.get('name') === alias,
    )
  }

  /** Why the domain cannot get a test disk now; undefined if it can. */
  async problem(uuid: string): Promise<string | undefined> {
    const state = await this.#domains.state(uuid)
    if (state !== 'running' && state !== 'idle') return `the VM is ${state}; its guest cannot read a disk`
    if (await this.#domains.hasJob(uuid)) return 'libvirt migrates, saves or backs up the VM'
    const domain = await this.#live(uuid)
    if (isDiskCopied(domain)) return 'a disk of the VM is being copied'
    return whyNoHotPlug(domain)
  }

  /** Plugs one in, and takes it away again whatever happens. Whether the guest has read it. */
  async isReadBy(uuid: string): Promise<boolean> {
    try {
      const target = await this.#plug(uuid)
      const { readMs, pollMs } = this.#times
      return await holdsWithin(readMs, pollMs, async () => (await this.#domains.diskReads(uuid, target)) > 0)
    } finally {
      await this.unplug(uuid)
    }
  }

  /** Rejects if the guest does not give the disk back. Does nothing where there is none. */
  async unplug(uuid: string): Promise<void> {
    if (await this.isPlugged(uuid)) {
      const { unplugMs, pollMs } = this.#times
      let refusal = ''
      try {
        await this.#domains.detachDevice(uuid, alias)
      } catch (error) {
        // Such as that the guest was asked before, and may still do it.
        refusal = ` (${(error as Error).message})`
      }
      if (!(await holdsWithin(unplugMs, pollMs, async () => !(await this.isPlugged(uuid)))))
        throw new KvminfoError(
          'SOURCE_FAILED',
          `the guest has not given the test disk back within ${unplugMs / 1000} s; it is empty and read-only, and goes when the VM restarts${refusal}`,
        )
    }
    // Only now: a call of libvirt that is late finds no image to plug in.
    this.#images.remove(uuid)
  }

  async #plug(uuid: string): Promise<string> {
    const target = freeDiskName(await this.#live(uuid))
    if (target === undefined)
      throw new KvminfoError('SOURCE_FAILED', 'the VM has no free name for a virtio disk')
    await this.#domains.attachDevice(uuid, diskXml(this.#images.create(uuid), target))
    return target
  }

  async #live(uuid: string): Promise<Element> {
    const domain = readXml(await this.#domains.xml(uuid, 'live'), everything).first('domain')
    if (domain !== undefined) return domain
    throw new KvminfoError('SOURCE_MALFORMED', 'libvirt prints no <domain>')
  }
}

const disksOf = (domain: Element): readonly Element[] => domain.first('devices')?.all('disk') ?? []

const diskXml = (path: string, target: string): string => `<disk type='file' device='disk'>
  <driver name='qemu' type='raw'/>
  <source file='${escaped(path)}'/>
  <target dev='${target}' bus='virtio'/>
  <readonly/>
  <serial>kvminfo-test-disk</serial>
  <alias name='${alias}'/>
</disk>
`

const escaped = (text: string): string =>
  text.replaceAll(/[&<']/g, (character) => `&#${character.codePointAt(0)};`)
