// The list of actions.
import type { ActionName } from '../../model/remediation.ts'
import type { Action } from './action.ts'
import { assignDevice } from './assign-device.ts'
import { balloon } from './balloon.ts'
import { cpuWeight } from './cpu-weight.ts'
import { hostPrepare } from './host-prepare.ts'
import { hugepages } from './hugepages.ts'
import { ksm } from './ksm.ts'
import { placebo } from './placebo.ts'
import { schedTier } from './sched-tier.ts'
import { vhostNet } from './vhost-net.ts'
import { virtioDisk } from './virtio-disk.ts'
import { virtioNic } from './virtio-nic.ts'
import { virtualFunctions } from './virtual-functions.ts'

const actions: readonly Action[] = [
  schedTier,
  cpuWeight,
  hugepages,
  ksm,
  balloon,
  hostPrepare,
  virtioDisk,
  virtioNic,
  vhostNet,
  assignDevice,
  virtualFunctions,
  placebo,
]

const byName = new Map(actions.flatMap((action) => action.names.map((name) => [name, action] as const)))

const missing: Action = {
  names: [],
  plan: async ({ action }) => ({
    refused: `this version of the program cannot do ${action} itself; the alert's runbook says how`,
  }),
}

export const actionOf = (name: ActionName): Action => byName.get(name) ?? missing
