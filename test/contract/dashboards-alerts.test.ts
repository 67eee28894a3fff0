// Which alerts the dashboards count. Alerts of a host do not count for its VMs.
import { expect, test } from 'vitest'
import { dashboardFiles, targetsOf } from '../helpers/dashboard-files.ts'
import { valuesOf } from '../helpers/query-values.ts'

const firing = (labels: string): string => `ALERTS{alertstate="firing", job="kvm", ${labels}}`
const series = {
  [firing('alertname="KvmHostMemoryLow", instance="kvm1", severity="warning"')]: '1x60',
  [firing('alertname="KvmVmIoBound", instance="kvm1", severity="warning", vm="a"')]: '1x60',
  [firing('alertname="NodeDown", instance="kvm1", severity="warning"')]: '1x60',
  'ALERTS{alertname="KvmHostKsmWasteful", alertstate="pending", instance="kvm1", job="kvm"}': '1x60',
}

test.each([
  ['fleet', 2],
  ['host', 2],
  ['vm', 1],
])('the dashboard %s counts %d alerts', (name, count) => {
  const { panels } = dashboardFiles().find((file) => file.name === name)!
  const [target] = targetsOf(panels.find(({ title }) => title === 'Alerts')!)
  expect(valuesOf(target!.expr, series, { '{}': count })).toBe('agrees')
})
