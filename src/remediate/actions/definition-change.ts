// Plans that change the definition of a domain, so that the change takes effect when the VM starts next.
import type { DomainXmlOperation } from '../../actuator/protocol.ts'
import { KvminfoError } from '../../errors.ts'
import type { ActionName } from '../../model/remediation.ts'
import { isDiskCopied } from '../../sources/libvirt-status/disk-copy.ts'
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { type Definition, devicesOf, type Edit, edited, parseDomain } from '../definition/edit.ts'
import { unifiedDiff } from '../definition/unified-diff.ts'
import { managerOf, type VmManager } from '../target/owner.ts'
import {
  type Change,
  type Measurement,
  noOwner,
  type Plan,
  type PlanInput,
  type Precondition,
  type Proof,
  type Refusal,
} from './action.ts'
import { vmRuns } from './running-vm.ts'

export interface DefinitionChange {
  readonly action: ActionName
  /** QEMU's id; undefined if the change is about the whole VM. */
  readonly device: string | undefined
  readonly changes: readonly Change[]
  readonly risk: Plan['risk']
  readonly measurement: Measurement
  /** `live`: what the VM runs with. A string says why the definition cannot be changed. */
  edit(definition: Definition, live: Definition): readonly Edit[] | string
  /** What must hold besides. */
  proof(live: Definition): Promise<Proof>
  /** What a person would type in the program that manages the VM. */
  managerCommands(manager: VmManager): readonly string[]
}

/** `input.vm` and `input.identity` must be there. */
export async function planDefinitionChange(
  input: PlanInput,
  change: DefinitionChange,
): Promise<Plan | Refusal> {
  const vm = input.vm!
  const identity = input.identity!
  const common = {
    action: change.action,
    target: { vm: { ...identity, label: vm.label }, device: change.device },
    takesEffect: 'next-start',
    isLeased: false,
    risk: change.risk,
    measurement: change.measurement,
    undo: 'the former definition is restored; it takes effect when the VM starts next',
  } as const
  /** Only a proposal. All managers make the definition anew, so that a change of ours would vanish. */
  const owned = (manager: VmManager): Plan => ({
    ...common,
    changes: change.changes,
    operations: [],
    preconditions: [],
    owner: manager.name,
    commands: change.managerCommands(manager),
    diff: undefined,
  })
  // Some managers have no libvirt that could be asked.
  const known = managerOf(vm, input.procfs, undefined)
  if (known !== undefined) return owned(known)
  if (identity.uuid === null) return { refused: 'this VM has no UUID, so libvirt does not manage it' }
  try {
    const view = await input.readDomain(identity.uuid)
    const live = parseDomain(view.xml)
    const manager = managerOf(vm, input.procfs, live.domain)
    if (manager !== undefined) return owned(manager)
    const question: DomainXmlOperation = { kind: 'domain-xml', vm: identity, from: '', to: '' }
    const xml = await input.read(question)
    if (typeof xml !== 'string') return { refused: 'libvirt returned no definition' }
    const definition = parseDomain(xml)
    const edits = change.edit(definition, live)
    if (typeof edits === 'string') return { refused: edits }
    const to = edited(xml, edits)
    const isCopied = isDiskCopied(live.domain)
    const { preconditions, test } = await change.proof(live)
    return {
      ...common,
      changes: [...(test === undefined ? [] : [test.change]), ...change.changes],
      operations: [...(test === undefined ? [] : [test.operation]), { ...question, from: xml, to }],
      preconditions: [
        ...preconditions,
        vmRuns(vm),
        {
          text: 'libvirt neither migrates nor saves the VM, nor copies a disk of it',
          holds: !view.hasJob && !isCopied,
          seen: view.hasJob ? 'a job runs' : isCopied ? 'a disk is being copied' : 'no job runs',
        },
        {
          text: 'the domain has no snapshots or checkpoints, which contain the old definition',
          holds: !view.hasSnapshot,
          seen: view.hasSnapshot ? 'it has some' : 'it has none',
        },
        {
          text: 'the domain has no saved state, which would go on with the old definition',
          holds: !view.hasManagedSave,
          seen: view.hasManagedSave ? 'it has one' : 'it has none',
        },
        nothingElseWaits(definition, live),
      ],
      owner: noOwner,
      ...(test === undefined ? {} : { notes: [test.note] }),
      commands: [
        ...(test?.commands ?? []),
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

/** Otherwise two changes would take effect at once, and the measurement could not tell them apart. */
function nothingElseWaits(definition: Definition, live: Definition): Precondition {
  const parts = (of: Definition): string[] => [
    ...devicesOf(of, 'disk').map(
      (disk) => `disk ${attributeOf(disk, 'target', 'dev')} on ${attributeOf(disk, 'target', 'bus')}`,
    ),
    ...devicesOf(of, 'interface').map(
      (nic) => `${attributeOf(nic, 'model', 'type')} interface ${attributeOf(nic, 'mac', 'address')}`,
    ),
    of.domain.first('memoryBacking')?.first('hugepages') === undefined
      ? 'memory in ordinary pages'
      : 'memory in a pool of huge pages',
  ]
  const now = new Set(parts(live))
  const waiting = parts(definition).filter((part) => !now.has(part))
  return {
    text: 'no other change of the definition waits for the next start',
    holds: waiting.length === 0,
    seen:
      waiting.length === 0
        ? 'the running VM has the devices and the memory of its definition'
        : `waiting: ${waiting.join(', ')}`,
  }
}

/** '' if there is none. */
export const attributeOf = (element: Element, child: string, attribute: string): string =>
  element.first(child)?.attributes.get(attribute) ?? ''
