// Actions that change a device in the definition of a domain, so that it takes effect when the VM starts next.
import type { DomainXmlOperation, GuestReport } from '../../actuator/protocol.ts'
import { KvminfoError } from '../../errors.ts'
import type { Vm } from '../../model/vm.ts'
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { type Definition, devicesOf, type Edit, edited, parseDomain } from '../definition/edit.ts'
import { unifiedDiff } from '../definition/unified-diff.ts'
import { managerCommands } from '../target/manager-commands.ts'
import { managerOf, manages, type VmManager } from '../target/owner.ts'
import {
  type Change,
  type Measurement,
  noOwner,
  type Plan,
  type PlanInput,
  type Precondition,
  type Refusal,
} from './action.ts'
import { vmRuns } from './running-vm.ts'

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
  preconditions(input: PlanInput): Promise<readonly Precondition[]>
}

export async function planDeviceChange(input: PlanInput, action: DeviceAction): Promise<Plan | Refusal> {
  const { vm, identity } = input
  if (vm === undefined || identity === undefined) return { refused: 'this is for a VM; the alert names none' }
  const chosen = choose(action, vm, input.device)
  if (typeof chosen === 'string') return { refused: chosen }
  const common = commonOf(input, action, chosen)
  // Some managers have no libvirt that could be asked.
  const known = managerOf(vm, input.procfs, undefined)
  if (known !== undefined && manages(known, action.action))
    return { ...common, ...owned(known, vm, action, chosen) }
  if (identity.uuid === null) return { refused: 'this VM has no UUID, so libvirt does not manage it' }
  try {
    const view = await input.readDomain(identity.uuid)
    const live = parseDomain(view.xml)
    const manager = managerOf(vm, input.procfs, live.domain)
    if (manager !== undefined && manages(manager, action.action))
      return { ...common, ...owned(manager, vm, action, chosen) }
    const question: DomainXmlOperation = { kind: 'domain-xml', vm: identity, from: '', to: '' }
    const xml = await input.read(question)
    if (typeof xml !== 'string') return { refused: 'libvirt returned no definition' }
    const definition = parseDomain(xml)
    const device = action.find(definition, live, chosen.device)
    if (typeof device === 'string') return { refused: device }
    const edits = action.edit(definition, device)
    if (typeof edits === 'string') return { refused: `${chosen.change.what} cannot be changed: ${edits}` }
    const to = edited(xml, edits)
    const isCopied = devicesOf(live, 'disk').some((disk) => disk.first('mirror') !== undefined)
    return {
      ...common,
      operations: [{ ...question, from: xml, to }],
      preconditions: [
        ...(await action.preconditions(input)),
        vmRuns(vm),
        {
          text: 'libvirt neither migrates nor saves the VM, nor copies a disk of it',
          holds: !view.hasJob && !isCopied,
          seen: view.hasJob ? 'a job runs' : isCopied ? 'a disk is being copied' : 'no job runs',
        },
        {
          text: 'the domain has no snapshots or checkpoints, which contain the old devices',
          holds: !view.hasSnapshot,
          seen: view.hasSnapshot ? 'it has some' : 'it has none',
        },
        {
          text: 'the domain has no saved state, which would go on with the old devices',
          holds: !view.hasManagedSave,
          seen: view.hasManagedSave ? 'it has one' : 'it has none',
        },
        nothingElseWaits(definition, live),
      ],
      commands: [
        `virsh edit ${identity.uuid}`,
        `virsh shutdown ${identity.uuid}`,
        `virsh start ${identity.uuid}`,
      ],
      diff: unifiedDiff(xml, to),
    }
  } catch (error) {
    if (error instanceof KvminfoError) return { refused: error.message }
    throw error
  }
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

function commonOf({ vm, identity }: PlanInput, action: DeviceAction, chosen: ChosenDevice) {
  return {
    action: action.action,
    target: { vm: { ...identity!, label: vm!.label }, device: chosen.device },
    changes: [chosen.change],
    takesEffect: 'next-start',
    isLeased: false,
    risk: action.risk,
    owner: noOwner,
    measurement: action.measurement,
    undo: 'the former definition is restored; it takes effect when the VM starts next',
  } as const
}

/** Only a proposal: the manager would forget a change of ours, or undo it. */
const owned = (manager: VmManager, vm: Vm, { action }: DeviceAction, { device }: ChosenDevice) => ({
  operations: [],
  preconditions: [],
  owner: manager.name,
  commands: managerCommands(manager, vm, { action, device }),
  diff: undefined,
})

/** Otherwise two changes would take effect at once, and the measurement could not tell them apart. */
function nothingElseWaits(definition: Definition, live: Definition): Precondition {
  const devices = (of: Definition): string[] => [
    ...devicesOf(of, 'disk').map(
      (disk) => `disk ${attributeOf(disk, 'target', 'dev')} on ${attributeOf(disk, 'target', 'bus')}`,
    ),
    ...devicesOf(of, 'interface').map(
      (nic) => `${attributeOf(nic, 'model', 'type')} interface ${attributeOf(nic, 'mac', 'address')}`,
    ),
  ]
  const now = new Set(devices(live))
  const waiting = devices(definition).filter((device) => !now.has(device))
  return {
    text: 'no other change of the definition waits for the next start',
    holds: waiting.length === 0,
    seen:
      waiting.length === 0
        ? 'the running VM has the devices of its definition'
        : `waiting: ${waiting.join(', ')}`,
  }
}

/** '' if there is none. */
export const attributeOf = (element: Element, child: string, attribute: string): string =>
  element.first(child)?.attributes.get(attribute) ?? ''

/** The device that runs with that id. */
export const liveDevice = (live: Definition, kind: string, id: string): Element | undefined =>
  devicesOf(live, kind).find((device) => attributeOf(device, 'alias', 'name') === id)

export const notInDefinition =
  'the device is not in the definition that the VM starts with next: it was changed or plugged in since the VM started'

/** A virtio device has vendor 1af4; a device has two ids, of the transitional and of the modern kind. */
export function virtioProof(
  input: PlanInput,
  what: string,
  isProven: (report: GuestReport) => boolean,
): Promise<readonly Precondition[]> {
  const text = `the guest has a driver for ${what}`
  if (input.policy.isVirtioReady)
    return Promise.resolve([{ text, holds: true, seen: 'the policy says so (virtio_ready)' }])
  return input.askGuest().then((report) => {
    const holds = report.answers && isProven(report)
    const seen = holds
      ? 'the guest agent says that it uses one'
      : `${report.answers ? 'the guest agent names none' : 'the guest agent does not answer'}; if you are sure, set virtio_ready: true for this VM in the policy`
    return [{ text, holds, seen }]
  })
}
