// Remediation: what kvminfo remediate proposes, tries and keeps, and whether it works.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as remediation from './panels/remediation.ts'
import { remediationVariables } from './variables.ts'

export const remediationDashboard = (): Dashboard =>
  frame({
    uid: uids.remediation,
    title: 'Remediation',
    description: 'What kvminfo remediate proposes, tries and keeps, and whether it works.',
    from: 'now-24h',
    variables: remediationVariables,
    rows: {
      'At a glance': [
        at(6, 4, remediation.proposedStat()),
        at(6, 4, remediation.triedStat()),
        at(6, 4, remediation.holdingStat()),
        at(6, 4, remediation.personStat()),
        at(6, 4, remediation.stoppedStat()),
        at(6, 4, remediation.actuatorStat()),
        at(6, 4, remediation.policyStat()),
        at(6, 4, remediation.journalStat()),
      ],
      Runs: [at(24, 9, remediation.runsTable()), at(24, 9, remediation.runsTimeline())],
      Results: [
        at(10, 8, remediation.verdictsTable()),
        at(6, 8, remediation.changesTable()),
        at(8, 8, remediation.runsByState()),
      ],
      Guards: [
        at(8, 8, remediation.alertsGraph()),
        at(8, 8, remediation.brakesGraph()),
        at(8, 8, remediation.leaseGraph()),
      ],
    },
  })
