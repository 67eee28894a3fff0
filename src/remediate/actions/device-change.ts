// Actions that change a device of a VM for its next start.
import type { Vm } from '../../model/vm.ts'
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { type Definition, devicesOf, type Edit } from '../definition/edit.ts'
import { managerCommands } from '../target/manager-commands.ts'
import type { Change, Measurement, Plan, PlanInput, Proof, Refusal } from './action.ts'
import { attributeOf, planDefinitionChange } from './definition-change.ts'

/** The device as the sources name it, and what will be changed about it. */
interface ChosenDevice {
  /** QEMU's id. */
  readonly device: string
  readonly change: Change
}

/** What is special about an action. */
export interface DeviceAction {
  readonly action: 'virtio-disk' | 'virtio-nic' | 'vhost-net'
  readonly risk: Plan['risk']
  readonly measurement: Measurement
  /** The devices of the VM that it could change. */
  candidates(
    vm: Vm,
  ): readonly { readonly device: string; readonly target?: string | undefined; readonly now: string }[]
  readonly next: string
  /** The same device in the next definition, by the one that runs. A string says why it cannot be found. */
  find(definition: Definition, live: Definition, device: string): Element | string
  edit(definition: Definition, device: Element): readonly Edit[] | string
  /** What must hold besides. */
  proof(input: PlanInput, live: Definition): Promise<Proof>
}

export async function planDeviceChange(input: PlanInput, action: DeviceAction): Promise<Plan | Refusal> {
  const { vm, identity } = input
  if (vm === undefined || identity === undefined) return { refused: 'this is for a VM; the alert names none' }
  const chosen = choose(action, vm, input.device)
  if (typeof chosen === 'string') return { refused: chosen }
  const { device, change } = chosen
  return planDefinitionChange(input, {
    action: action.action,
    device,
    changes: [change],
    risk: action.risk,
    measurement: action.measurement,
    edit(definition, live) {
      const found = action.find(definition, live, device)
      if (typeof found === 'string') return found
      const edits = action.edit(definition, found)
      return typeof edits === 'string' ? `${change.what} cannot be changed: ${edits}` : edits
    },
    proof: (live) => action.proof(input, live),
    managerCommands: (manager) => managerCommands(manager, vm, { action: action.action, device }),
  })
}

function choose(
  { candidates, next }: DeviceAction,
  vm: Vm,
  wanted: string | undefined,
): ChosenDevice | string {
  const all = candidates(vm)
  const named = all.filter(
    ({ device, target }) => wanted === undefined || device === wanted || target === wanted,
  )
  const [one, another] = named
  if (one === undefined)
    return wanted === undefined
      ? `the VM has no device that could become ${next}`
      : `the VM has no device ${JSON.stringify(wanted)} that could become ${next}`
  if (another !== undefined) return `name one of the devices: ${all.map(({ device }) => device).join(', ')}`
  const { device, target, now } = one
  return { device, change: { what: target === undefined ? device : `${device} (${target})`, now, next } }
}

/** The device that runs with that id. */
export const liveDevice = (live: Definition, kind: string, id: string): Element | undefined =>
  devicesOf(live, kind).find((device) => attributeOf(device, 'alias', 'name') === id)

export const notInDefinition =
  'the device is not in the definition that the VM starts with next: it was changed or plugged in since the VM started'
