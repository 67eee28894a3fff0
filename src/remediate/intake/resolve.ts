// Finds the VMs that alerts are about. An alert names a VM by its label, which is a name of now: the run keeps the identity.
import type { Sample } from '../../observe/sample.ts'
import type { Intake } from '../run/store.ts'
import { identityOf, slotKey, vmByLabel } from '../target/identity.ts'
import type { WebhookAlert } from './payload.ts'
import { requestOf } from './requests.ts'

export function resolveAlerts(
  alerts: readonly WebhookAlert[],
  instances: readonly string[],
  sample: Sample,
  procfs: string,
): Intake[] {
  return alerts.map((alert) => ({ alert, request: resolve(alert, instances, sample, procfs) }))
}

function resolve(
  alert: WebhookAlert,
  instances: readonly string[],
  sample: Sample,
  procfs: string,
): Intake['request'] {
  const request = requestOf(alert, instances)
  if (typeof request === 'string') return request
  const { action, vm: label, device } = request
  if (label === undefined) return { slot: `host|${action}|${device ?? ''}`, action, vm: undefined, device }
  const vm = vmByLabel(sample.vms, label)
  const identity = vm && identityOf(vm, procfs)
  if (vm === undefined || identity === undefined) return 'no VM with this name runs on this host'
  const slot = `${slotKey(identity)}|${action}|${device ?? ''}`
  return { slot, action, vm: { ...identity, label: vm.label }, device }
}
