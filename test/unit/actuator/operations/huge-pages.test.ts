// The pool of huge pages, on a host of files whose kernel finds memory for only so many pages.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { type HugePagesOperation, isPartWay, reversed } from '../../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'
import { setMemory, setNodeMemory } from '../../../helpers/memory-files.ts'

const kernel = vi.hoisted(() => ({ most: Number.POSITIVE_INFINITY, writes: [] as number[] }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const writeFile: typeof real.writeFile = (path, text, options) => {
    kernel.writes.push(Number(text))
    return real.writeFile(path, `${Math.min(Number(text), kernel.most)}\n`, options)
  }
  return { ...real, writeFile }
})
beforeEach(() => {
  kernel.most = Number.POSITIVE_INFINITY
  kernel.writes.length = 0
})

/** 1024 and 1025 pages on two nodes, of which 512 each are free, and 10 of all are promised. */
function hostWithPools(available = 40) {
  const host = actuatorOnFiles()
  const pool = (node: number | null) =>
    node === null
      ? join(host.sysfs, 'kernel/mm/hugepages/hugepages-2048kB')
      : join(host.sysfs, `devices/system/node/node${node}/hugepages/hugepages-2048kB`)
  setMemory(host.procfs, 64, available)
  for (const node of [0, 1]) setNodeMemory(host.sysfs, node, 32, available / 2)
  return {
    ...host,
    hostFile: join(host.rundir, 'kvminfo/changes/host'),
    pages: (node: number | null) => Number(readFileSync(join(pool(node), 'nr_hugepages'), 'utf8')),
    set: (node: number | null, name: string, value: number) =>
      writeFileSync(join(pool(node), name), `${value}\n`),
    execute: (operation: HugePagesOperation) => host.actuator.answer({ do: 'execute', operation }),
  }
}

const pool = (from: number, to: number, node: number | null = 0): HugePagesOperation => ({
  kind: 'huge-pages',
  node,
  from,
  to,
})

test('grows the pool of one node in steps, and gives back what is free', async () => {
  const { execute, pages, set, hostFile } = hostWithPools()
  expect(await execute(pool(1024, 1624))).toEqual({ outcome: 'done', before: 1024, after: 1624 })
  expect(kernel.writes).toEqual([1280, 1536, 1624])
  expect([pages(0), pages(1)]).toEqual([1624, 1025])
  expect(readFileSync(hostFile, 'utf8')).toBe('huge pages 0 was 1024 set 1624\n')
  set(0, 'free_hugepages', 1112)
  set(null, 'free_hugepages', 1624)
  expect(await execute(reversed(pool(1024, 1624)))).toMatchObject({ outcome: 'done', after: 1024 })
  expect(existsSync(hostFile)).toBe(false)
})

test('the pool of a host without nodes', async () => {
  const { execute, pages } = hostWithPools()
  expect(await execute(pool(2049, 2050, null))).toMatchObject({ outcome: 'done' })
  expect(pages(null)).toBe(2050)
})

test('puts a pool back for which there is not enough memory in one piece, and says how many pages there were', async () => {
  kernel.most = 1500
  const { execute, pages, hostFile } = hostWithPools()
  expect(await execute(pool(1024, 1624))).toEqual({
    outcome: 'failed',
    before: 1024,
    after: 1024,
    reason:
      'only 476 of 600 huge pages could be made, and they were put back: the kernel found no more memory in one piece',
  })
  expect([pages(0), existsSync(hostFile)]).toEqual([1024, false])
})

test.each([
  // A tenth of 64 GiB must stay; 512 pages are 1 GiB.
  [7.39, 'refused'],
  [7.41, 'done'],
])('with %f GiB available, 512 more pages are %s', async (available, outcome) => {
  const { execute, sysfs } = hostWithPools(available)
  setNodeMemory(sysfs, 0, 32, 20)
  expect(await execute(pool(1024, 1536))).toMatchObject({ outcome })
})

test('the node needs room too', async () => {
  const { execute, sysfs } = hostWithPools()
  setNodeMemory(sysfs, 0, 32, 4)
  expect(await execute(pool(1024, 1536))).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('leave node 0 less than a tenth of its memory'),
  })
  expect(await execute(pool(1025, 1537, 1))).toMatchObject({ outcome: 'done' })
})

test('takes no page that is used or promised', async () => {
  const { execute, pages, set } = hostWithPools()
  await execute(pool(1024, 1536))
  // Of the 1024 free pages of the host, 10 are promised.
  set(0, 'free_hugepages', 1024)
  set(null, 'free_hugepages', 521)
  expect(await execute(pool(1536, 1024))).toMatchObject({
    outcome: 'failed',
    after: 1536,
    reason: '512 huge pages should be given back, and only 511 are free',
  })
  expect(pages(0)).toBe(1536)
  set(null, 'free_hugepages', 522)
  expect(await execute(pool(1536, 1024))).toMatchObject({ outcome: 'done', after: 1024 })
})

test('a pool is only made smaller to restore it', async () => {
  const { execute, pages } = hostWithPools()
  expect(await execute(pool(1024, 512))).toMatchObject({ outcome: 'refused', after: 1024 })
  expect(pages(0)).toBe(1024)
})

test('restores a pool that was interrupted while it grew', async () => {
  const { execute, create, pages, set } = hostWithPools()
  await execute(pool(1024, 1624))
  // As if the process had been killed after the first step.
  set(0, 'nr_hugepages', 1280)
  const successor = create()
  expect(await successor.answer({ do: 'execute', operation: pool(1024, 1624) })).toMatchObject({
    outcome: 'stale',
  })
  expect(await successor.answer({ do: 'execute', operation: pool(1624, 1024) })).toEqual({
    outcome: 'done',
    before: 1280,
    after: 1024,
  })
  expect(pages(0)).toBe(1024)
})

test('only a size between the two is part of the way', () => {
  const operation = pool(100, 200)
  const sizes = [99, 100, 101, 199, 200, 201, '150', null]
  expect(sizes.filter((size) => isPartWay(operation, size))).toEqual([101, 199])
  expect(sizes.filter((size) => isPartWay(reversed(operation), size))).toEqual([101, 199])
  expect(isPartWay({ kind: 'ksm-run', from: 0, to: 2 }, 1)).toBe(false)
})
