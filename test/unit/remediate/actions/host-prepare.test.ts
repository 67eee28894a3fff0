import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { setMemory, setNodeMemory } from '../../../helpers/memory-files.ts'
import { hostToPlan, unmet } from '../../../helpers/remediate/planned.ts'

const ofHost = { isOfHost: true }

function hostWith(thp: string, pages: number) {
  const host = hostToPlan()
  setMemory(host.procfs, 64, 40)
  for (const node of [0, 1]) {
    setNodeMemory(host.sysfs, node, 32, 20)
    writeFileSync(
      join(host.sysfs, `devices/system/node/node${node}/hugepages/hugepages-2048kB/nr_hugepages`),
      `${pages}\n`,
    )
  }
  writeFileSync(join(host.sysfs, 'kernel/mm/transparent_hugepage/enabled'), `${thp}\n`)
  return host
}

test('offers huge pages to programs that ask for them, and makes the pool of the thesis', async () => {
  const plan = await hostWith('always madvise [never]', 100).planned('host-prepare', ofHost)
  expect(plan.operations).toEqual([
    { kind: 'transparent-huge-pages', from: 'never', to: 'madvise' },
    { kind: 'huge-pages', node: 0, from: 100, to: 924 },
  ])
  expect(plan.target).toEqual({ vm: undefined, device: undefined })
  expect(unmet(plan)).toEqual([])
})

test('makes a pool of at most a tenth of the memory', async () => {
  const host = hostWith('[always] madvise never', 0)
  setMemory(host.procfs, 10, 8)
  expect((await host.planned('host-prepare', ofHost)).operations).toMatchObject([{ to: 512 }])
})

test('refuses to make a pool for which there is no room', async () => {
  const host = hostWith('[always] madvise never', 0)
  setMemory(host.procfs, 64, 7)
  expect(unmet(await host.planned('host-prepare', ofHost))).toEqual([
    expect.stringContaining('a tenth of the memory of the host'),
  ])
})

test('has nothing to do on a host that is prepared', async () => {
  expect(await hostWith('always [madvise] never', 512).plan('host-prepare', ofHost)).toEqual({
    refused: expect.stringContaining('the host is prepared'),
  })
})
