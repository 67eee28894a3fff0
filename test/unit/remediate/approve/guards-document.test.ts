// What the API says about the guards.
import { expect, test } from 'vitest'
import { parsePolicy } from '../../../../src/policy/schema.ts'
import { guardsOf } from '../../../../src/remediate/approve/guards-document.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { quarantine } from '../../../../src/remediate/journal/runs.ts'
import { intend } from '../../../../src/remediate/journal/steps.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { alertOf, operation } from '../../../helpers/journal-values.ts'

const policyOf = (text: string, problem?: Error) => ({
  current: { policy: parsePolicy(text, 'policy.yml'), sha: 'p1' },
  problem,
})

test('tells the limits of the policy, and how far they are used up', () => {
  const { journal } = testJournal()
  intend(journal, runIn(journal, 'measuring'), operation, false)
  receive(journal, 'sha', [alertOf(2), alertOf(3)])
  quarantine(journal, 'host|ksm-off|', 60_000, 'it was worse')
  quarantine(journal, 'host|ksm-on|', undefined, 'a person must look')
  const policy = policyOf('instances: [kvm1, kvm1.example]\nlimits: {cooldown: 30m, storm_alerts: 9}')
  expect(guardsOf(journal, policy)).toEqual({
    instances: ['kvm1', 'kvm1.example'],
    policy_valid: true,
    journal_writable: true,
    has_approvers: false,
    mode: null,
    windows: [],
    in_window: true,
    limits: {
      at_once: 1,
      changes_per_hour: 6,
      cooldown_seconds: 1800,
      attempts_per_day: 3,
      storm_alerts: 9,
      storm_period_seconds: 300,
      approval_expires_seconds: 86_400,
    },
    changing: 1,
    changes_in_hour: 1,
    alerts_in_storm_period: 3,
    quarantines: [
      { slot: 'host|ksm-off|', seconds_left: 60, reason: 'it was worse' },
      { slot: 'host|ksm-on|', seconds_left: null, reason: 'a person must look' },
    ],
  })
})

test('says that the policy is broken, that the journal is full, and when changes may begin', () => {
  const { journal } = testJournal({ hasRoom: false })
  const text = `instances: [kvm1]
mode: propose
windows: ["Mon-Fri 22:00-06:00 Europe/Berlin", "Sun 00:00-24:00 UTC", "04:30-05:00 UTC", "Sat-Mon 10:00-11:00 UTC"]
credentials: {approver: [/etc/kvminfo-remediate/approver.token]}`
  expect(guardsOf(journal, policyOf(text, new Error('broken')))).toMatchObject({
    policy_valid: false,
    journal_writable: false,
    has_approvers: true,
    mode: 'propose',
    windows: [
      'Mon-Fri 22:00-06:00 Europe/Berlin',
      'Sun 00:00-24:00 UTC',
      '04:30-05:00 UTC',
      'Sat-Mon 10:00-11:00 UTC',
    ],
    // The clock of the test shows Tuesday, 22:13 UTC, which is 23:13 in Berlin.
    in_window: true,
  })
})
