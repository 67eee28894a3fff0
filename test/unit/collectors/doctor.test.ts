import { expect, test } from 'vitest'
import { doctorCollector } from '../../../src/collectors/doctor.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part } from '../../helpers/host-snapshot.ts'

test('one series for each finding', () => {
  const snapshot = hostSnapshot({
    hostFindings: () =>
      part([
        { check: 'kvm-loaded', severity: 'critical' },
        { check: 'vhost', severity: 'warning' },
      ]),
  })
  expect(collected(doctorCollector, snapshot)).toEqual([
    'kvminfo_doctor_finding_info{finding="kvm-loaded",severity="critical"} 1',
    'kvminfo_doctor_finding_info{finding="vhost",severity="warning"} 1',
  ])
})

test('no series before the host was examined', () => {
  expect(collected(doctorCollector, hostSnapshot())).toEqual([])
})
