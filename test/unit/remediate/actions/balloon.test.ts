// The plans of balloon-deflate and balloon-inflate.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Vm } from '../../../../src/model/vm.ts'
import { actionPolicy, parsePolicy } from '../../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput } from '../../../../src/remediate/actions/action.ts'
import { balloon } from '../../../../src/remediate/actions/balloon.ts'
import { changed, ideGuest, uuidOf } from '../../../helpers/definitions.ts'
import { sample } from '../../../helpers/sample.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const uuid = uuidOf(ideGuest)
/** KiB. */
const memory = 4_194_304
const now = 1_800_000_000
const live = changed(ideGuest, "<memory unit='KiB'>131072<", `<memory unit='KiB'>${memory}<`)
const vm: Vm = {
  ...{ label: 'web1', pid: 10, startNs: 0, uuid, machine: undefined, state: 'running', owner: undefined },
  ...{ identitySource: 'libvirt', vcpus: [], disks: [], nics: [], hostDevices: [] },
  ...{ memoryMaxBytes: undefined, balloonBytes: undefined },
}

interface Given {
  readonly current?: number
  readonly xml?: string
  readonly vm?: Partial<Vm>
  /** MiB. */
  readonly available?: number
  readonly statistics?: string
}

function plan(action: 'balloon-deflate' | 'balloon-inflate', given: Given = {}) {
  const procfs = scratchDirectory()
  const available = (given.available ?? 8192) * 1024
  writeFileSync(join(procfs, 'meminfo'), `MemTotal: ${16 * 1024 * 1024} kB\nMemAvailable: ${available} kB\n`)
  const input: PlanInput = {
    action,
    vm: { ...vm, ...given.vm },
    identity: { uuid, pid: 10, startTick: 7 },
    device: undefined,
    sample: sample(now, [vm]),
    policy: actionPolicy(parsePolicy('instances: [a]', 'policy.yml'), action, { name: 'web1', uuid }),
    read: async () => given.current ?? memory / 2,
    readDomain: async () => ({
      xml: given.xml ?? live,
      hasSnapshot: false,
      hasManagedSave: false,
      hasJob: false,
    }),
    readMemory: async () =>
      given.statistics ?? `actual ${memory}\nusable ${memory / 2}\nlast_update ${now - 60}\n`,
    askGuest: async () => expect.unreachable(),
    procfs,
    sysfs: '/nowhere',
    rundir: '/nowhere',
  }
  return balloon.plan(input)
}

async function planned(...given: Parameters<typeof plan>): Promise<Plan> {
  const result = await plan(...given)
  if (isRefusal(result)) throw new Error(result.refused)
  return result
}

const unmet = ({ preconditions }: Plan): string[] =>
  preconditions.filter(({ holds }) => !holds).map(({ seen }) => seen)

test('deflating gives the guest all of its memory', async () => {
  const made = await planned('balloon-deflate')
  expect(made).toMatchObject({
    changes: [{ what: 'memory of the guest', now: '2.0 GiB', next: '4.0 GiB' }],
    operations: [{ kind: 'balloon', from: memory / 2, to: memory }],
    measurement: { design: 'none' },
    commands: [`virsh setmem ${uuid} --size ${memory}KiB --live`],
  })
  expect(unmet(made)).toEqual([])
})

test('deflating needs room on the host', async () => {
  // 2 GiB for the guest, and a tenth of 16 GiB.
  expect(unmet(await planned('balloon-deflate', { available: 3687 }))).toEqual([])
  expect(unmet(await planned('balloon-deflate', { available: 3686 }))).toHaveLength(1)
})

test('inflating takes 5 % of the memory, and leaves half of it', async () => {
  const full = await planned('balloon-inflate', { current: memory })
  expect(full.operations).toMatchObject([{ from: memory, to: memory - Math.ceil(memory / 20) }])
  const nearly = await planned('balloon-inflate', { current: memory / 2 + 8 })
  expect(nearly.operations).toMatchObject([{ to: memory / 2 }])
})

describe('inflating needs a guest that can do without the memory', () => {
  const usable = Math.ceil((memory - Math.ceil(memory / 20)) * 0.15) + Math.ceil(memory / 20)
  test.each([
    ['is enough', usable, 120, 0],
    ['is one KiB too little', usable - 1, 120, 1],
    ['is too old', usable, 121, 1],
  ])('what is usable %s', async (_what, kib, age, count) => {
    const statistics = `actual ${memory}\nusable ${kib}\nlast_update ${now - age}\n`
    expect(unmet(await planned('balloon-inflate', { current: memory, statistics }))).toHaveLength(count)
  })

  test.each([
    ['no statistics', `actual ${memory}\nlast_update 0\nrss 1000\n`],
    ['no time', `actual ${memory}\nusable ${memory}\nlast_update 0\n`],
    ['nothing', ''],
    ['something else', `actual many\nusable ${memory}x\nlast_update soon\n`],
  ])('it reports %s', async (_what, statistics) => {
    expect(unmet(await planned('balloon-inflate', { current: memory, statistics }))).toEqual([
      expect.stringContaining('--period'),
    ])
  })
})

describe('is refused', () => {
  test.each([
    ['if the balloon is empty', 'balloon-deflate', { current: memory }, 'keeps no memory'],
    ['if half is taken', 'balloon-inflate', { current: memory / 2 }, 'and keeps at least'],
    [
      'with huge pages',
      'balloon-deflate',
      { xml: changed(live, '<vcpu', '<memoryBacking><hugepages/></memoryBacking><vcpu') },
      'huge pages',
    ],
    [
      'with a device of the host',
      'balloon-deflate',
      { xml: changed(live, '</devices>', "<hostdev mode='subsystem'/></devices>") },
      'device of the host',
    ],
    [
      'without a balloon',
      'balloon-deflate',
      { xml: changed(live, "<memballoon model='virtio'>", "<memballoon model='none'>") },
      'no balloon',
    ],
  ] as const)('%s', async (_why, action, given: Given, reason) => {
    expect(await plan(action, given)).toEqual({ refused: expect.stringContaining(reason) })
  })

  test('for a VM of Proxmox, which has no libvirt', async () => {
    const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
    expect(await plan('balloon-deflate', { vm: { owner } })).toEqual({
      refused: expect.stringContaining('Proxmox'),
    })
  })
})

test('a manager of the balloon is named, and nothing is executed', async () => {
  const metadata = '<metadata><ovirt-vm:vm xmlns:ovirt-vm="http://ovirt.org/vm/1.0"/></metadata>'
  const made = await planned('balloon-deflate', { xml: changed(live, '<vcpu', `${metadata}<vcpu`) })
  expect(made).toMatchObject({ owner: 'oVirt', operations: [] })
})
