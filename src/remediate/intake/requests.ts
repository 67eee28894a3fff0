// What an alert asks of this host: an action on one of its VMs, or nothing.
import { type ActionName, actionNames } from '../../model/remediation.ts'
import type { WebhookAlert } from './payload.ts'

export interface ActionRequest {
  readonly action: ActionName
  /** The label `vm`; undefined if the alert concerns the host. */
  readonly vm: string | undefined
  /** The label `device`. */
  readonly device: string | undefined
}

/** The request, or why there is none; such alerts are kept as evidence and otherwise ignored. */
export function requestOf(
  { labels }: Pick<WebhookAlert, 'labels'>,
  instances: readonly string[],
): ActionRequest | string {
  const { remediation, instance, vm, device } = labels
  if (remediation === undefined || remediation === '') return 'it has no label remediation'
  if (instance === undefined || !instances.includes(instance))
    return 'it is about another host: its label instance is not among the instances of the policy'
  const action = actionNames.find((name) => name === remediation)
  if (action === undefined) return 'this program has no such remediation'
  return { action, vm, device }
}
