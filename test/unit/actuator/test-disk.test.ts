// A test disk for the guest of a VM, through the actuator.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Operation, reversed, type TestDiskOperation } from '../../../src/actuator/protocol.ts'
import { KvminfoError } from '../../../src/errors.ts'
import { isEmulatedBus } from '../../../src/model/emulated.ts'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { changed, ideGuest, sataGuest, uuidOf } from '../../helpers/definitions.ts'

const alias = 'ua-kvminfo-test-disk'

function withGuest(definition = ideGuest, limits = {}) {
  const host = actuatorOnFiles({}, limits)
  const { vm, domains } = host
  const uuid = vm.uuid!
  const domain = domains.add(uuid, changed(definition, uuidOf(definition), uuid))
  const operation: TestDiskOperation = { kind: 'test-disk', vm, from: 'untested', to: 'read' }
  const images = join(host.rundir, 'kvminfo/test-disks')
  const ask = (what: 'execute' | 'read', one: Operation, actuator = host.actuator) =>
    actuator.answer({ do: what, operation: one })
  return {
    ...host,
    ...{ uuid, domain, operation },
    image: join(images, `${uuid}.img`),
    execute: (one: Operation = operation, actuator = host.actuator) => ask('execute', one, actuator),
    read: (actuator = host.actuator) => ask('read', operation, actuator),
    /** What is left of a test: images, disks, records. */
    left: () => [
      ...readdirSync(images),
      ...domain.plugged.keys(),
      ...readdirSync(join(host.rundir, 'kvminfo/changes')),
    ],
  }
}

/** A guest with a driver: it reads each disk that it gets. */
function reading(host: ReturnType<typeof withGuest>) {
  const { onAttach } = host.domain
  host.domain.onAttach = (xml) => {
    onAttach(xml)
    host.domain.reads = 3
  }
  return host
}

describe('a guest that reads the disk', () => {
  test('has the driver; the disk is unplugged, and nothing of it is left', async () => {
    const { execute, read, domains, left } = reading(withGuest())
    expect(await read()).toMatchObject({ outcome: 'done', after: 'untested' })
    expect(await execute()).toEqual({ outcome: 'done', before: 'untested', after: 'read' })
    expect(domains.calls).toEqual(['attach', `detach ${alias}`])
    expect(left()).toEqual([])
    expect(await read()).toMatchObject({ after: 'read' })
    expect(await execute()).toMatchObject({ outcome: 'done', before: 'read' })
    expect(domains.calls).toHaveLength(2)
  })

  test('gets a read-only virtio disk under a name that is free, with a partition table and no data', async () => {
    const host = reading(withGuest(changed(ideGuest, "<target dev='hdc'", "<target dev='vdz'")))
    const { onAttach } = host.domain
    const seen: { xml: string; image: Buffer; mode: number }[] = []
    host.domain.onAttach = (xml) => {
      seen.push({ xml, image: readFileSync(host.image), mode: statSync(host.image).mode & 0o777 })
      onAttach(xml)
    }
    await host.execute()
    const [{ xml, image, mode }] = seen as [(typeof seen)[0]]
    expect(xml).toContain("<target dev='vdy' bus='virtio'/>\n  <readonly/>")
    expect(xml).toContain(`<source file='${host.image}'/>`)
    // The exporter's label `emulated`, by which alerts find disks that pay for emulation.
    expect(isEmulatedBus(/bus='(\w+)'/.exec(xml)![1]!)).toBe(false)
    expect([image.length, mode, image.subarray(510, 512).toString('hex')]).toEqual([1_048_576, 0o444, '55aa'])
    // One partition of a type that nobody uses, within the disk, and not to be started from.
    expect([image[446], image[450], image.readUInt32LE(454), image.readUInt32LE(458)]).toEqual([
      0, 0x7f, 64, 128,
    ])
    expect(image.subarray(512).every((byte) => byte === 0)).toBe(true)
  })

  test('and does not give it back has not passed, and keeps the disk until it does', async () => {
    const host = reading(withGuest())
    const { onDetach } = host.domain
    host.domain.onDetach = () => undefined
    expect(await host.execute()).toMatchObject({
      outcome: 'failed',
      before: 'untested',
      after: 'plugged',
      reason: expect.stringContaining('has not given the test disk back'),
    })
    expect(host.left()).toHaveLength(3)
    // Somebody may ask again, also while the kill switch is set.
    host.domain.onDetach = onDetach
    expect(await host.execute(reversed(host.operation))).toEqual({
      outcome: 'done',
      before: 'plugged',
      after: 'untested',
    })
    expect(host.left()).toEqual([])
  })

  test('is forgotten with its process', async () => {
    const { execute, read, endVm } = reading(withGuest())
    await execute()
    endVm()
    expect(await read()).toMatchObject({ outcome: 'stale' })
    expect(await execute()).toMatchObject({ outcome: 'stale' })
  })
})

test('a guest that does not read the disk has no driver, and nothing is left', async () => {
  const { execute, domains, left } = withGuest()
  expect(await execute()).toEqual({
    outcome: 'failed',
    before: 'untested',
    after: 'untested',
    reason: expect.stringContaining('has not read the test disk'),
  })
  expect(domains.calls).toEqual(['attach', `detach ${alias}`])
  expect(left()).toEqual([])
})

test('a disk that libvirt does not plug in proves nothing', async () => {
  const { execute, domain, domains, left } = withGuest()
  domain.reads = 3
  domain.onAttach = () => {
    throw new KvminfoError('SOURCE_FAILED', 'No more available PCI slots')
  }
  expect(await execute()).toMatchObject({
    outcome: 'failed',
    after: 'untested',
    reason: expect.stringContaining('slots'),
  })
  expect(domains.calls).toEqual(['attach'])
  expect(left()).toEqual([])
})

test('a call that libvirt ends after its deadline finds no image', async () => {
  const host = withGuest()
  host.domain.onAttach = () => {
    throw new KvminfoError('SOURCE_FAILED', 'no answer within 90000 ms')
  }
  await host.execute()
  expect(() => statSync(host.image)).toThrow('ENOENT')
})

describe('is refused', () => {
  test.each([
    [
      'while the VM is paused',
      (host: ReturnType<typeof withGuest>) => (host.domain.state = 'paused'),
      'paused',
    ],
    [
      'while libvirt runs a job',
      (host: ReturnType<typeof withGuest>) => (host.domain.hasJob = true),
      'backs up',
    ],
    [
      'while a disk is copied',
      ({ domain }: ReturnType<typeof withGuest>) =>
        (domain.definition = changed(
          domain.definition,
          '<serial>',
          "<mirror type='file' job='copy'/><serial>",
        )),
      'copied',
    ],
  ])('%s', async (_when, change, reason) => {
    const host = reading(withGuest())
    change(host)
    expect(await host.execute()).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(reason),
    })
    expect(host.domains.calls).toEqual([])
  })

  test('for a VM without a place for it', async () => {
    const { execute, domains } = withGuest(sataGuest)
    expect(await execute()).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('free PCI') })
    expect(domains.calls).toEqual([])
  })

  test('for a protected VM', async () => {
    const { execute, domains } = withGuest(ideGuest, { isProtected: () => true })
    expect(await execute()).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('protects') })
    expect(domains.calls).toEqual([])
  })
})

describe('after the actuator was killed in the middle', () => {
  /** The disk is plugged in, with its image and its record, and a new process has started. */
  async function interrupted() {
    const host = withGuest()
    const { onDetach } = host.domain
    host.domain.onDetach = () => undefined
    await host.execute()
    host.domain.onDetach = onDetach
    host.domains.calls.length = 0
    return { ...host, later: host.create() }
  }

  test('the next one unplugs the disk before it answers about that VM', async () => {
    const { later, read, left, domains } = await interrupted()
    const removed = later.removeTestDisks()
    expect(await read(later)).toMatchObject({ outcome: 'done', after: 'untested' })
    await removed
    expect(domains.calls).toEqual([`detach ${alias}`])
    expect(left()).toEqual([])
  })

  test('a guest that does not give it back is logged, and tried again by the one after', async () => {
    const { later, domain, left, records, create } = await interrupted()
    const { onDetach } = domain
    domain.onDetach = () => undefined
    await later.removeTestDisks()
    expect(records.at(-1)).toMatchObject({ msg: expect.stringContaining('cannot be removed') })
    expect(left()).toHaveLength(3)
    domain.onDetach = onDetach
    await create().removeTestDisks()
    expect(left()).toEqual([])
  })

  test('of a VM that has been restarted, only the files are left to remove', async () => {
    const { later, domain, domains, left } = await interrupted()
    domain.plugged.clear()
    await later.removeTestDisks()
    expect(domains.calls).toEqual([])
    expect(left()).toEqual([])
  })

  test('an undo that comes first unplugs it, also while the kill switch is set', async () => {
    const { later, execute, operation, left, stopFile } = await interrupted()
    writeFileSync(stopFile, '')
    expect(await execute(reversed(operation), later)).toMatchObject({ outcome: 'done', after: 'untested' })
    expect(left()).toEqual([])
    expect(await execute(operation, later)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('kill switch'),
    })
  })
})
