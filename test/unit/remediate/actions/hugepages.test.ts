import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { definitionProblem } from '../../../../src/actuator/definition/allowed.ts'
import type { DomainXmlOperation, Operation } from '../../../../src/actuator/protocol.ts'
import type { PlanInput } from '../../../../src/remediate/actions/action.ts'
import { changed, ideGuest } from '../../../helpers/definitions.ts'
import { setMemory, setNodeMemory } from '../../../helpers/memory-files.ts'
import { hostToPlan, unmet } from '../../../helpers/remediate/planned.ts'

const gibibyte = 1024 ** 3

/** As Linux 6.1 prints it. */
const hugetlbfs = (pageSize: string): string =>
  `hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=${pageSize} 0 0\n`

/** Two nodes of 32 GiB; 1024 of 2049 pages are free, and 10 of them promised. */
function hostWith({ thp = 'always [madvise] never', free = [10, 20] as readonly [number, number] } = {}) {
  const host = hostToPlan({ shape: (vm) => ({ ...vm, hugetlbKib: 0 }) })
  setMemory(host.procfs, 64, free[0] + free[1])
  for (const node of [0, 1] as const) setNodeMemory(host.sysfs, node, 32, free[node])
  writeFileSync(join(host.sysfs, 'kernel/mm/transparent_hugepage/enabled'), `${thp}\n`)
  writeFileSync(join(host.procfs, 'mounts'), `/dev/vda1 / ext4 rw 0 0\n${hugetlbfs('2M')}`)
  return host
}

/** A VM of so many GiB. */
const size = (gib: number, balloonGib = gib) => ({
  change: ({ vm }: PlanInput) => ({
    vm: { ...vm!, memoryMaxBytes: gib * gibibyte, balloonBytes: balloonGib * gibibyte },
  }),
})

test('offers transparent huge pages first, because they need no restart', async () => {
  const plan = await hostWith({ thp: 'always madvise [never]' }).planned('hugepages', size(8))
  expect(plan).toMatchObject({
    operations: [{ kind: 'transparent-huge-pages', from: 'never', to: 'madvise' }],
    changes: [{ what: '/sys/kernel/mm/transparent_hugepage/enabled', now: 'never', next: 'madvise' }],
    ...{ takesEffect: 'live', risk: 'low', owner: 'nobody else', measurement: { design: 'none' } },
    commands: ['echo madvise > /sys/kernel/mm/transparent_hugepage/enabled'],
  })
  expect(unmet(plan)).toEqual([])
})

test('otherwise makes the pool as large as the VM, on the node with the most room, and says what remains', async () => {
  const plan = await hostWith().planned('hugepages', size(8))
  // 4096 pages are needed, and 1014 are free.
  expect(plan.operations).toEqual([{ kind: 'huge-pages', node: 1, from: 1025, to: 1025 + 3082 }])
  expect(plan.changes).toEqual([
    { what: 'pool of 2 MiB pages on node 1', now: '1025 (2.0 GiB)', next: '4107 (8.0 GiB)' },
    {
      what: 'definition of the VM',
      now: 'as it is',
      next: 'unchanged: the next plan, once the pool is there, gives it <hugepages/>',
    },
  ])
  expect(plan.risk).toBe('medium')
  expect(unmet(plan)).toEqual([])
})

test('spreads a pool that no node has room for alone', async () => {
  // A tenth of each node, 3.2 GiB, must stay: room for 4.8 and 6.8 GiB.
  const { planned } = hostWith({ free: [8, 10] })
  expect((await planned('hugepages', size(11))).operations).toEqual([
    { kind: 'huge-pages', node: 1, from: 1025, to: 1025 + 3481 },
    { kind: 'huge-pages', node: 0, from: 1024, to: 1024 + 5632 - 1014 - 3481 },
  ])
})

test('the pool of a host without nodes', async () => {
  const host = hostWith()
  rmSync(join(host.sysfs, 'devices/system/node'), { recursive: true })
  expect((await host.planned('hugepages', size(8))).operations).toEqual([
    { kind: 'huge-pages', node: null, from: 2049, to: 2049 + 3082 },
  ])
})

test.each([
  ['a VM that is larger than the room', size(40), 'and the host has room for'],
  [
    'a VM of unknown size',
    { change: ({ vm }: PlanInput) => ({ vm: { ...vm!, memoryMaxBytes: undefined } }) },
    'size of the VM',
  ],
  ['an alert without a VM', { isOfHost: true }, 'the alert names none'],
])('refuses %s', async (_what, given, reason) => {
  expect(await hostWith().plan('hugepages', given)).toEqual({ refused: expect.stringContaining(reason) })
})

/** A VM for which the pool has enough free pages, with that definition. */
const backed = (definition: string, { gib = 1, live = definition } = {}) => ({
  change: ({ vm }: Pick<PlanInput, 'vm'>) => ({
    vm: { ...vm!, label: 'web1', memoryMaxBytes: gib * gibibyte, balloonBytes: gib * gibibyte },
    readDomain: async () => ({ xml: live, hasSnapshot: false, hasManagedSave: false, hasJob: false }),
    read: async ({ kind }: Operation) =>
      kind === 'domain-xml' ? definition : kind === 'huge-pages' ? 1025 : 'madvise',
  }),
})

describe('once the pool has room for the VM', () => {
  test('its definition puts its memory there from the next start on, and the actuator allows that', async () => {
    const plan = await hostWith().planned('hugepages', backed(ideGuest))
    const [{ from, to }, ...more] = plan.operations as [DomainXmlOperation]
    expect([from, more]).toEqual([ideGuest, []])
    expect(definitionProblem(from, to)).toBeUndefined()
    expect(plan).toMatchObject({
      ...{ takesEffect: 'next-start', risk: 'medium', owner: 'nobody else', measurement: { design: 'none' } },
      changes: [{ what: 'memory of the VM', now: 'ordinary pages', next: 'a pool of 2 MiB pages' }],
    })
    expect(plan.diff?.split('\n').filter((line) => /^[+-]/.test(line))).toEqual([
      "+  <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>",
    ])
    expect(unmet(plan)).toEqual([])
  })

  test.each([
    ['<nosharepages/>', '<nosharepages/></memoryBacking>'],
    ['', '<memoryBacking/>'],
  ])('keeps what is in <memoryBacking> besides: %s', async (kept, end) => {
    const backing = kept === '' ? end : `<memoryBacking>${end}`
    const definition = changed(ideGuest, '</currentMemory>', `</currentMemory>${backing}`)
    const plan = await hostWith().planned('hugepages', backed(definition))
    const [{ to }] = plan.operations as [DomainXmlOperation]
    expect(definitionProblem(definition, to)).toBeUndefined()
    expect(to).toContain(
      `<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages>${kept}</memoryBacking>`,
    )
  })

  test.each([
    ['whose definition has huge pages already', '<hugepages/>', 'takes effect when the VM starts next'],
    ['whose memory is in a file', "<source type='file'/>", 'its memory is in a file'],
  ])('refuses a VM %s', async (_what, backing, reason) => {
    const definition = changed(
      ideGuest,
      '</currentMemory>',
      `</currentMemory><memoryBacking>${backing}</memoryBacking>`,
    )
    expect(await hostWith().plan('hugepages', backed(definition))).toEqual({
      refused: expect.stringContaining(reason),
    })
  })

  test.each([
    [1014, 'next-start'],
    [1015, 'live'],
  ])('a VM of %i pages, where 1014 are free: takes effect %s', async (pages, takesEffect) => {
    expect((await hostWith().planned('hugepages', backed(ideGuest, { gib: pages / 512 }))).takesEffect).toBe(
      takesEffect,
    )
  })

  test.each([
    ['no hugetlbfs is mounted', 'mounts', '/dev/vda1 / ext4 rw 0 0\n'],
    ['it has pages of another size', 'mounts', hugetlbfs('1024M')],
    ['the host has none, whatever this service sees', '1/mounts', ''],
  ])('cannot be, if %s', async (_what, path, mounts) => {
    const host = hostWith()
    mkdirSync(join(host.procfs, path, '..'), { recursive: true })
    writeFileSync(join(host.procfs, path), mounts)
    expect(unmet(await host.planned('hugepages', backed(ideGuest)))).toEqual([
      expect.stringMatching(/^a hugetlbfs .* is mounted, .*systemctl start dev-hugepages.mount/),
    ])
  })

  test('proposes the commands of the program that manages the VM', async () => {
    const metadata = '<metadata><v:vm xmlns:v="http://ovirt.org/vm/1.0"/></metadata>'
    const live = changed(ideGuest, '<vcpu', `${metadata}<vcpu`)
    expect(await hostWith().planned('hugepages', backed(ideGuest, { live }))).toMatchObject({
      ...{ owner: 'oVirt', operations: [] },
      commands: [expect.stringContaining('hugepages=2048')],
    })
  })
})

test('refuses a VM that uses a pool already', async () => {
  const { plan, vm } = hostWith()
  const change = ({ sample }: PlanInput) => {
    const vmMemory = new Map(sample.vmMemory)
    vmMemory.set(vm.pid, { pid: vm.pid, residentBytes: 1, hugetlbBytes: 2_097_152 })
    return { sample: { ...sample, vmMemory } }
  }
  expect(await plan('hugepages', { change })).toEqual({
    refused: 'the VM has pages of a pool of huge pages already',
  })
})

test('a VM whose balloon holds memory must not get a pool', async () => {
  expect(unmet(await hostWith().planned('hugepages', size(8, 7)))).toEqual([
    'the VM has all of its memory, because the balloon takes none of a pool (7.0 GiB of 8.0 GiB)',
  ])
})

test('neither must one on a host that relies on KSM', async () => {
  const host = hostWith()
  // 24 GiB are left beside the pool.
  const saved = (pages: number) =>
    writeFileSync(join(host.sysfs, 'kernel/mm/ksm/pages_sharing'), `${pages}\n`)
  saved(7 * 1024 ** 2)
  expect(unmet(await host.planned('hugepages', size(8)))).toEqual([
    expect.stringContaining('KSM saves 28.0 GiB, 24.0 GiB are left'),
  ])
  saved(5 * 1024 ** 2)
  expect(unmet(await host.planned('hugepages', size(8)))).toEqual([])
})

test.each([
  [1_048_576, 'most of the VM', 1],
  [512_000, '', 0],
])('looks at what backs the VM now: %i of 2097152 kB in huge pages', async (huge, problem, count) => {
  const host = hostWith()
  writeFileSync(
    join(host.procfs, String(host.vm.pid), 'smaps_rollup'),
    `00400000-7fff0000 ---p 00000000 00:00 0 [rollup]\nRss:             2097152 kB\nAnonHugePages:  ${huge} kB\n`,
  )
  const found = unmet(await host.planned('hugepages', size(8)))
  expect(found).toHaveLength(count)
  expect(found.join()).toContain(problem)
})
