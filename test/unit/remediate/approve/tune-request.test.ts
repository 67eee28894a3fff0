import { expect, test } from 'vitest'
import { parseTuneRequest } from '../../../../src/remediate/approve/tune-request.ts'

const parse = (body: unknown) => parseTuneRequest(body, (given) => given ?? 'somebody')
const tier = { action: 'sched-tier', vm: 'web1' }

test('reads a request, and what is absent is as in the policy', () => {
  expect(parse(tier)).toEqual({
    ...{ ...tier, device: undefined, planSha: undefined, isDryRun: false },
    byHand: { who: 'somebody', settings: {}, isJudged: false, forMs: null, forcedBecause: null },
  })
  const scheduling = { policy: 'rr', priority: 2 }
  const all = { judged: true, for_ms: 60_000, force: ' now ', who: 'anna', plan_sha: 'x', dry_run: true }
  expect(parse({ ...tier, settings: { scheduling, threads: 'vcpu' }, ...all })).toMatchObject({
    ...{ planSha: 'x', isDryRun: true },
    byHand: {
      settings: { scheduling: { policy: 2, rtPriority: 2 }, threads: 'vcpu' },
      ...{ who: 'anna', isJudged: true, forMs: 60_000, forcedBecause: 'now' },
    },
  })
  expect(
    parse({ action: 'ksm-on', settings: { ksm_pace: { pages_to_scan: 100, sleep_ms: 200 } } }),
  ).toMatchObject({ byHand: { settings: { ksmPace: { pagesToScan: 100, sleepMs: 200 } } } })
  const device = '0000:01:00.0'
  expect(parse({ action: 'virtual-functions', device, settings: { functions: 4 } })).toMatchObject({
    ...{ vm: undefined, device },
    byHand: { settings: { functions: 4 } },
  })
})

test.each([
  ['nothing', undefined, ''],
  ['an unknown field', { ...tier, shell: 'reboot' }, 'shell'],
  ['an unknown action', { action: 'reboot' }, 'action'],
  ['an unknown setting', { ...tier, settings: { affinity: 1 } }, 'affinity'],
  ['a nice value below the range', { ...tier, settings: { nice: -21 } }, 'settings.nice'],
  ['a nice value above the range', { ...tier, settings: { nice: 20 } }, 'settings.nice'],
  ['a nice value that is a text', { ...tier, settings: { nice: '-5' } }, 'settings.nice'],
  ['an unknown tier', { ...tier, settings: { tier: 'paper:5' } }, 'settings.tier'],
  [
    'fifo without a priority',
    { ...tier, settings: { scheduling: { policy: 'fifo', priority: 0 } } },
    '1 to 99',
  ],
  [
    'other with a priority',
    { ...tier, settings: { scheduling: { policy: 'other', priority: 1 } } },
    '1 to 99',
  ],
  [
    'a policy that is never set',
    { ...tier, settings: { scheduling: { policy: 'deadline', priority: 0 } } },
    'policy',
  ],
  ['two wishes at once', { ...tier, settings: { nice: 1, tier: 'safe:1' } }, 'give one of'],
  ['a tier for KSM', { action: 'ksm-on', settings: { tier: 'safe:1' } }, 'are for sched-tier'],
  ['a weight for a tier', { ...tier, settings: { weight: 2 } }, 'is for cpu-weight'],
  ['a weight that is none', { action: 'cpu-weight', settings: { weight: 1 } }, 'settings.weight'],
  [
    'a trial of threads that come and go',
    { ...tier, settings: { nice: 1, threads: 'all' }, judged: true },
    'judged',
  ],
  ['functions for a VM', { ...tier, settings: { functions: 4 } }, 'is for virtual-functions'],
  ['no functions', { action: 'virtual-functions', settings: { functions: 0 } }, 'settings.functions'],
  ['an empty reason', { ...tier, force: '  ' }, 'force'],
  ['a reason that is too long', { ...tier, force: 'x'.repeat(501) }, 'force'],
  ['a time that is none', { ...tier, for_ms: 0 }, 'for_ms'],
  ['a time of years', { ...tier, for_ms: 1e12 }, 'for_ms'],
])('refuses %s', (_what, body, part) => {
  expect(parse(body)).toEqual(expect.stringContaining(part))
})
