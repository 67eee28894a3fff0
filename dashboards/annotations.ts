// Marks in every graph: when an alert of this project fired, when an alert requested a remediation, and what kvminfo
// remediate did.
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { remediationMetrics } from '../src/metrics/remediation.ts'
import { ofVm, onHost } from './queries/selector.ts'
import { datasource } from './style/prometheus.ts'

const firing = ['alertstate="firing"', 'alertname=~"Kvm.*"']
/** The selected VMs or no VM, because alerts of their host concern them too. */
const vmOrNone = 'vm=~"|$vm"'

const annotation = (
  name: string,
  expr: string,
  color: string,
  text: string,
  title = '{{alertname}}',
): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat(title)
    .textFormat(text)
    .tagKeys('severity,instance,vm')

export const alerts = annotation(
  'Alerts',
  onHost('ALERTS', vmOrNone, ...firing, 'remediation=""'),
  'orange',
  '{{vm}} on {{instance}}',
)

export const remediations = annotation(
  'Remediations requested',
  onHost('ALERTS', vmOrNone, ...firing, 'remediation!=""'),
  'purple',
  '{{remediation}}: {{vm}} on {{instance}}',
)

/** In these, a run changes something or has changed something. */
const changing = 'applying|measuring|holding|undoing|kept|unproven|undone|overridden|person'

/** Does not select the job, because that of kvminfo remediate is not the exporter's. */
export const runs = annotation(
  'Remediation runs',
  `${remediationMetrics.runInfo.name}{instance=~"$instance",${vmOrNone},state=~"${changing}"}`,
  'blue',
  'run {{run}}: {{vm}} on {{instance}} {{verdict}}',
  '{{action}}: {{state}}',
)

/** The alerts of the selected VMs that fire now. */
export const firingOfVms = ofVm('ALERTS', ...firing)
/** The alerts of the selected hosts and their VMs that fire now. */
export const firingOnHosts = onHost('ALERTS', ...firing)
