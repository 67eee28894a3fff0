// Marks in every graph: when an alert of ours fired, and when one asked for a remediation.
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ofVm, onHost } from './queries/selector.ts'
import { datasource } from './style/prometheus.ts'

const firing = ['alertstate="firing"', 'alertname=~"Kvm.*"']
/** Of the chosen VMs or of no VM: the host's alerts concern them too. */
const vmOrNone = 'vm=~"|$vm"'

const annotation = (name: string, expr: string, color: string, text: string): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('60s')
    .titleFormat('{{alertname}}')
    .textFormat(text)
    .tagKeys('severity,instance,vm')

export const alerts = annotation(
  'Alerts',
  onHost('ALERTS', vmOrNone, ...firing, 'remediation=""'),
  'orange',
  '{{vm}} on {{instance}}',
)

export const remediations = annotation(
  'Remediations asked for',
  onHost('ALERTS', vmOrNone, ...firing, 'remediation!=""'),
  'purple',
  '{{remediation}}: {{vm}} on {{instance}}',
)

/** Alerts of the chosen VMs that fire now. */
export const firingOfVms = ofVm('ALERTS', ...firing)
/** Alerts of the chosen hosts and their VMs that fire now. */
export const firingOnHosts = onHost('ALERTS', ...firing)
