// Finds the VMs that alerts are about. An alert names a VM by its label, which is a name of now: the run keeps the identity.
import type { Sample } from '../../observe/sample.ts'
import type { LoadedPolicy } from '../../policy/policy-file.ts'
import { actionPolicy } from '../../policy/schema.ts'
import type { ReceivedAlert, RunRequest } from '../journal/receive.ts'
import { identityOf, vmByLabel } from '../target/identity.ts'
import type { WebhookAlert } from './payload.ts'
import { requestOf } from './requests.ts'

export interface Resolved {
  readonly alert: ReceivedAlert
  /** Why it asks for nothing; undefined if it asks for something. */
  readonly why: string | undefined
}

export function resolveAlert(
  { fingerprint, startsAt, status, labels }: WebhookAlert,
  loaded: LoadedPolicy,
  sample: Sample,
  procfs: string,
): Resolved {
  const found = findRequest({ labels }, loaded, sample, procfs)
  const evidence = { fingerprint, startsAt, status, labels }
  return typeof found === 'string'
    ? { alert: { ...evidence, request: undefined }, why: found }
    : { alert: { ...evidence, request: found }, why: undefined }
}

function findRequest(
  alert: Pick<WebhookAlert, 'labels'>,
  { policy, sha }: LoadedPolicy,
  sample: Sample,
  procfs: string,
): RunRequest | string {
  const asked = requestOf(alert, policy.instances)
  if (typeof asked === 'string') return asked
  const { action, vm: label, device } = asked
  if (label === undefined)
    return {
      action,
      device,
      vm: undefined,
      mode: actionPolicy(policy, action, undefined).mode,
      policySha: sha,
    }
  const vm = vmByLabel(sample.vms, label)
  const identity = vm && identityOf(vm, procfs)
  if (vm === undefined || identity === undefined) return 'no VM with this name runs on this host'
  const { mode } = actionPolicy(policy, action, { name: vm.label, uuid: vm.uuid })
  return { action, device, mode, vm: { ...identity, label: vm.label }, policySha: sha }
}
