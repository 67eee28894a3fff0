// When QEMU is asked for its PCI devices, and what is known of them meanwhile.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { parseQueryPci } from '../../../../src/sources/qmp/parse.ts'
import type { PciDevice } from '../../../../src/sources/qmp/pci-device.ts'
import { PciRegions } from '../../../../src/sources/qmp/pci-regions.ts'
import { queryPci } from '../../../../src/sources/qmp/query.ts'
import { qmpServer } from '../../../helpers/qmp-server.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const recorded = JSON.parse(
  readFileSync(new URL('../../../fixtures/qemu-7.2-addresses/query-pci.json', import.meta.url), 'utf8'),
) as { devices: Record<string, unknown>[] }[]

const devices = parseQueryPci(recorded)
const denied = new KvminfoError('SOURCE_DENIED', 'permission denied')

function qemu() {
  const procfs = scratchDirectory()
  mkdirSync(join(procfs, '10'))
  writeFileSync(join(procfs, '10/status'), 'Name:\tqemu\nUid:\t0\t0\t0\t0\n')
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  let answer: readonly PciDevice[] | KvminfoError = devices
  let asked = 0
  const regions = new PciRegions(procfs, async () => {
    asked++
    if (answer instanceof KvminfoError) throw answer
    return answer
  })
  onTestFinished(() => regions.close())
  return {
    regions,
    asked: () => asked,
    answer: (next: typeof answer) => {
      answer = next
    },
    async follow(isUrgent: boolean, ms = 0) {
      regions.follow(new Map([['vm', { pid: 10, path: '/run/qmp', isVouchedFor: true, isUrgent }]]))
      await vi.advanceTimersByTimeAsync(ms)
    },
  }
}

describe('a QEMU', () => {
  it('is asked at once, and then every minute', async () => {
    const { regions, asked, follow } = qemu()
    expect([regions.devices('vm'), regions.askedAtMs('vm')]).toEqual([[], 0])
    await follow(false)
    expect(regions.devices('vm')).toBe(devices)
    await follow(false, 59_000)
    expect(asked()).toBe(1)
    await follow(false, 2_000)
    expect(asked()).toBe(2)
  })

  it('is asked every ten seconds while a name is wanted', async () => {
    const { asked, follow } = qemu()
    await follow(false)
    await follow(true, 10_000)
    expect(asked()).toBe(2)
    await follow(true, 10_000)
    expect(asked()).toBe(3)
  })

  it('keeps its devices if it does not answer, and no answer is to be expected then', async () => {
    const { regions, follow, answer } = qemu()
    await follow(false)
    answer(denied)
    await follow(true, 10_000)
    expect(regions.devices('vm')).toBe(devices)
    expect(regions.askedAtMs('vm')).toBeUndefined()
    answer(devices)
    await follow(true, 20_000)
    expect(regions.askedAtMs('vm')).toBeGreaterThan(0)
  })

  it('that is no longer followed is forgotten and not asked again', async () => {
    const { regions, asked, follow } = qemu()
    await follow(false)
    regions.follow(new Map())
    await vi.advanceTimersByTimeAsync(120_000)
    expect(asked()).toBe(1)
    expect(regions.devices('vm')).toEqual([])
  })
})

describe('the answer', () => {
  it('is read over the socket, with the devices behind bridges', async () => {
    const path = await qmpServer({ 'query-pci': recorded })
    const read = await queryPci({ path, uid: process.geteuid!() }, 5_000)
    expect(read.map(({ place, id }) => `${place} ${id}`)).toEqual([
      '00:00.0 ',
      '00:01.0 ',
      '00:01.1 ',
      '00:01.2 ',
      '00:01.3 ',
      '00:02.0 ',
      '00:03.0 nic1',
      '00:04.0 ',
      '00:05.0 bridge',
      '00:06.0 ',
      '01:00.0 ',
    ])
    // The ROM of the card has no address.
    expect(read.find(({ id }) => id === 'nic1')?.regions.map(({ kind, size }) => [kind, size])).toEqual([
      ['memory', 131_072],
      ['port', 64],
    ])
  })

  it.each([
    ['not a list', {}],
    ['a bus without devices', [{}]],
    ['a device without a class', [{ devices: [{ ...recorded[0]!.devices[0], class_info: undefined }] }]],
  ])('that is %s is refused', async (_, answer) => {
    const path = await qmpServer({ 'query-pci': answer })
    await expect(queryPci({ path, uid: process.geteuid!() }, 5_000)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
    })
  })
})
