import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionPolicy, globMatches, parsePolicy } from '../../../src/policy/schema.ts'

const least = 'instances: ["kvm1:9756"]\n'
const parse = (text: string) => parsePolicy(least + text, 'policy.yml')
const web = { name: 'web1', uuid: 'ffffffff-0000-1111-2222-333333333333' }

test('the smallest policy has the shipped modes, limits and tier', () => {
  const policy = parse('')
  expect(actionPolicy(policy, 'sched-tier', web)).toEqual({
    mode: 'auto',
    tier: { name: 'safe:2', policy: 2, rtPriority: 1, nice: 0 },
    isProtected: false,
    restart: false,
    isVirtioReady: false,
    mayPlugTestDisk: true,
    freeCpus: 1,
    maxRealtimePriority: 2,
    minNice: -10,
    cpuWeight: 4,
    maxCpuWeight: 10,
    ksmPace: { pagesToScan: 100, sleepMs: 200 },
    functions: 4,
  })
  expect(policy.limits).toEqual({
    at_once: 1,
    changes_per_hour: 6,
    cooldown: 3_600_000,
    attempts_per_day: 3,
    storm_alerts: 30,
    storm_period: 300_000,
    approval_expires: 86_400_000,
  })
})

test('what needs a restart or takes a device from the host is only proposed', () => {
  const policy = parse('')
  for (const action of ['virtio-disk', 'virtio-nic', 'vhost-net', 'hugepages', 'assign-device'] as const)
    expect(actionPolicy(policy, action, web).mode).toBe('propose')
})

test.each(['assign-device', 'virtual-functions', 'virtio-disk', 'virtio-nic', 'host-prepare'])(
  'refuses to make %s automatic',
  (action) => {
    expect(() => parse(`actions:\n  ${action}: {mode: auto}`)).toThrow(
      `policy.yml:3: actions.${action}.mode: can only be observe or propose`,
    )
  },
)

test('a general mode holds actions back, but makes none bolder', () => {
  const policy = parse('mode: propose')
  expect(actionPolicy(policy, 'sched-tier', web).mode).toBe('propose')
  expect(actionPolicy(parse('mode: auto'), 'virtio-disk', web).mode).toBe('propose')
  expect(actionPolicy(parse('mode: observe'), 'virtio-disk', web).mode).toBe('observe')
})

test('an entry for a VM overrides the action, the last one wins, and any of them protects', () => {
  const policy = parse(`
actions: {sched-tier: {mode: propose, tier: "safe:1"}}
vms:
  - {name: "web*", actions: {sched-tier: {mode: auto}}, protected: true}
  - {uuid: FFFFFFFF-0000-1111-2222-333333333333, actions: {sched-tier: {tier: "safe:3"}}}
  - {name: other, actions: {sched-tier: {mode: observe}}}
`)
  expect(actionPolicy(policy, 'sched-tier', web)).toMatchObject({
    mode: 'auto',
    tier: { name: 'safe:3' },
    isProtected: true,
  })
  expect(actionPolicy(policy, 'sched-tier', { name: 'db', uuid: undefined })).toMatchObject({
    mode: 'propose',
    tier: { name: 'safe:1' },
    isProtected: false,
    isVirtioReady: false,
    mayPlugTestDisk: true,
  })
})

test.each([
  ['an unknown key', 'limts: {}', 'policy.yml:2: limts: unknown key'],
  ['an unknown action', 'actions:\n  virtio: {mode: auto}', 'policy.yml:3: actions.virtio:'],
  ['a wrong mode', 'mode: yes', 'policy.yml:2: mode:'],
  ['a weight that lowers', 'actions:\n  cpu-weight: {weight: 1}', 'policy.yml:3: actions.cpu-weight.weight:'],
  ['a pace that takes a CPU', 'actions:\n  ksm-pace: {sleep: 9ms}', 'must be 10ms to 10s'],
  [
    'a duration without a unit',
    'limits:\n  cooldown: 30',
    'policy.yml:3: limits.cooldown: must be a duration such as 30s',
  ],
  [
    'a tier that does not exist',
    'actions:\n  sched-tier: {tier: "safe:9"}',
    'policy.yml:3: actions.sched-tier.tier:',
  ],
  ['a UUID that is none', 'vms:\n  - uuid: 3', 'policy.yml:3: vms.0.uuid:'],
  [
    'name and uuid together',
    `vms:\n  - {name: a, uuid: ${web.uuid}}`,
    'policy.yml:3: vms.0: give either name or uuid',
  ],
  ['a window without a time zone', 'windows:\n  - 22:00-06:00', 'policy.yml:3: windows.0: must look like'],
  [
    'a real-time priority above 99',
    'actuator: {max_realtime_priority: 100}',
    'policy.yml:2: actuator.max_realtime_priority:',
  ],
])('refuses %s, with file, line and key', (_what, text, message) => {
  expect(() => parse(text)).toThrow(message)
})

test('refuses a policy without the names of this host', () => {
  expect(() => parsePolicy('', 'policy.yml')).toThrow('instances: missing')
  expect(() => parsePolicy('instances: []', 'policy.yml')).toThrow('name this host as alerts do')
})

describe('names of VMs', () => {
  test.each([
    ['web1', 'web1', true],
    ['web1', 'web10', false],
    ['web*', 'web', true],
    ['*-db', 'prod-db', true],
    ['a*a', 'a', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['*', '', true],
    ['[ab]', 'a', false],
    ['a.c', 'abc', false],
  ])('%s matches %s: %s', (pattern, name, matches) => {
    expect(globMatches(pattern, name)).toBe(matches)
  })

  test('agree with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    const names = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    fc.assert(
      fc.property(letters, names, (pattern, name) => {
        expect(globMatches(pattern, name)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name))
      }),
    )
  })
})
