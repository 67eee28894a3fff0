import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { setMemory } from '../../../helpers/memory-files.ts'
import { hostToPlan, unmet } from '../../../helpers/remediate/planned.ts'

const ofHost = { isOfHost: true }

/** KSM runs, 100 pages each 20 ms; two CPUs and a load of 0.9. */
function hostWithKsm(files: Readonly<Record<string, number | string>> = {}) {
  const host = hostToPlan()
  setMemory(host.procfs, 64, 32)
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(host.sysfs, 'kernel/mm/ksm', name), `${value}\n`)
  return host
}

/** A process with this name. */
function run(procfs: string, comm: string): void {
  mkdirSync(join(procfs, '77'))
  writeFileSync(join(procfs, '77/stat'), `77 (${comm}) S 1${' 0'.repeat(50)}\n`)
}

test('switches KSM off, which keeps merged pages', async () => {
  const plan = await hostWithKsm().planned('ksm-off', ofHost)
  expect(plan).toMatchObject({
    target: { vm: undefined },
    operations: [{ kind: 'ksm-run', from: 1, to: 0 }],
    changes: [{ what: '/sys/kernel/mm/ksm/run', now: 'on', next: 'off, merged pages stay' }],
    ...{ risk: 'low', owner: 'nobody else', measurement: { design: 'none' } },
    commands: ['echo 0 > /sys/kernel/mm/ksm/run'],
  })
  expect(unmet(plan)).toEqual([])
})

test.each([0, 2])('refuses to switch it off if run is %i', async (value) => {
  expect(await hostWithKsm({ run: value }).plan('ksm-off', ofHost)).toEqual({ refused: 'KSM is off already' })
})

test.each([
  [6.3, 1],
  [6.5, 0],
])('off with %f of 64 GiB available: %i preconditions do not hold', async (available, count) => {
  const host = hostWithKsm()
  setMemory(host.procfs, 64, available)
  expect(unmet(await host.planned('ksm-off', ofHost))).toHaveLength(count)
})

test('switches KSM on at the pace of the policy, the pace first', async () => {
  const plan = await hostWithKsm({ run: 0 }).planned('ksm-on', ofHost)
  expect(plan.operations).toEqual([
    { kind: 'ksm-pace', from: { pagesToScan: 100, sleepMs: 20 }, to: { pagesToScan: 100, sleepMs: 200 } },
    { kind: 'ksm-run', from: 0, to: 1 },
  ])
  expect(plan.risk).toBe('medium')
  expect(unmet(plan)).toEqual([])
  expect((await hostWithKsm({ run: 0, sleep_millisecs: 200 }).planned('ksm-on', ofHost)).operations).toEqual([
    { kind: 'ksm-run', from: 0, to: 1 },
  ])
})

test('the undo of a state in which nothing is merged says what it needs', async () => {
  const { undo } = await hostWithKsm({ run: 2 }).planned('ksm-on', ofHost)
  expect(undo).toBe('KSM unmerges all pages again, if there is room for the copies')
})

test.each([
  ['1.40', []],
  ['1.41', ['the CPUs are at most 70 % busy (1.41 tasks on 2 CPUs, average of 5 minutes)']],
])('on with a load of %s', async (load, problems) => {
  const host = hostWithKsm({ run: 0 })
  writeFileSync(join(host.procfs, 'loadavg'), `9.00 ${load} 0.50 2/400 5293\n`)
  expect(unmet(await host.planned('ksm-on', ofHost))).toEqual(problems)
})

test('on needs two VMs with ordinary pages', async () => {
  const host = hostWithKsm({ run: 0 })
  const plan = await host.planned('ksm-on', {
    ...ofHost,
    change: ({ sample }) => {
      const vmMemory = new Map(sample.vmMemory)
      vmMemory.set(host.vm.pid, { pid: host.vm.pid, residentBytes: 0, hugetlbBytes: 1 })
      return { sample: { ...sample, vmMemory } }
    },
  })
  expect(unmet(plan)).toEqual([expect.stringContaining('1 of 2 VMs hold ordinary pages')])
})

test('slows KSM down as the policy says', async () => {
  const policy = 'actions: {ksm-pace: {pages_to_scan: 50, sleep: 1s}}'
  const { planned } = hostWithKsm()
  expect((await planned('ksm-pace', { ...ofHost, policy })).operations).toEqual([
    { kind: 'ksm-pace', from: { pagesToScan: 100, sleepMs: 20 }, to: { pagesToScan: 50, sleepMs: 1_000 } },
  ])
})

test.each([
  [{ sleep_millisecs: 200 }, 'KSM scans 100 pages each 200 ms already'],
  [{ run: 0 }, 'KSM is off, so its pace has no effect'],
])('refuses a pace that changes nothing: %j', async (files, refused) => {
  expect(await hostWithKsm(files).plan('ksm-pace', ofHost)).toEqual({ refused })
})

test('leaves KSM to ksmtuned, and shows its settings', async () => {
  const host = hostWithKsm()
  run(host.procfs, 'ksmtuned')
  const plan = await host.planned('ksm-pace', ofHost)
  expect(plan).toMatchObject({
    ...{ owner: 'ksmtuned', operations: [] },
    commands: [
      'editor /etc/ksmtuned.conf # KSM_NPAGES_MAX=100, KSM_SLEEP_MSEC=200',
      'systemctl restart ksmtuned',
    ],
  })
  expect(plan.changes).toHaveLength(1)
})

test('leaves the pace to the advisor of the kernel, but not whether KSM runs', async () => {
  const host = hostWithKsm({ advisor_mode: 'none [scan-time]' })
  expect(await host.planned('ksm-pace', ofHost)).toMatchObject({
    ...{ owner: "the kernel's advisor of KSM (advisor_mode scan-time)", operations: [] },
  })
  expect(await host.planned('ksm-off', ofHost)).toMatchObject({ owner: 'nobody else' })
})

test('refuses an alert that names a VM, and a host without KSM', async () => {
  const host = hostWithKsm()
  expect(await host.plan('ksm-off')).toEqual({ refused: expect.stringContaining('the alert names a VM') })
  rmSync(join(host.sysfs, 'kernel/mm/ksm'), { recursive: true })
  expect(await host.plan('ksm-off', ofHost)).toEqual({ refused: expect.stringContaining('CONFIG_KSM') })
})
