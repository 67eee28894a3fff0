// The disks that the board itself connects: -drive with an interface, -hda to -hdd, and an image without an option.
import type { Disk } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import type { Argument, Arguments } from './arguments.ts'
import type { BlockNodes } from './block-nodes.ts'
import type { Board } from './board.ts'
import type { Budget } from './budget.ts'
import { type Option, PairsOption } from './option.ts'

/** The short forms, as the -drive properties that they mean (vl.c, qemu_init). */
const shorthands: ReadonlyMap<string, Option> = new Map(
  Object.entries({
    hda: { index: '0' },
    hdb: { index: '1' },
    hdc: { index: '2' },
    hdd: { index: '3' },
    cdrom: { index: '2', media: 'cdrom' },
    sd: { if: 'sd' },
  }).map(([name, pairs]) => [name, new PairsOption(new Map(Object.entries(pairs)))]),
)

/** Interfaces that give no disk of the board: none at all, firmware, and floppies. */
const otherInterfaces = new Set(['none', 'pflash', 'mtd', 'floppy'])

export function boardDisks(given: Arguments, board: Board, nodes: BlockNodes): Disk[] {
  const slots = new Map<string, Slots>()
  const disks: Disk[] = []
  for (const drive of given.inOrder.flatMap((argument) => driveOf(argument, given.budget))) {
    const kind = drive.get('if') ?? board.driveInterface ?? 'none'
    if (otherInterfaces.has(kind)) continue
    const perBus = unitsPerBus(kind, board.isQ35)
    let slotsOfKind = slots.get(kind)
    if (slotsOfKind === undefined) {
      slotsOfKind = new Slots(perBus, given.budget)
      slots.set(kind, slotsOfKind)
    }
    const slot = slotsOfKind.take(drive)
    // A CD-ROM drive is not listed but still takes a slot. On other interfaces, QEMU makes it a disk.
    if (drive.get('media') === 'cdrom' && /^(ide|scsi|xen)$/.test(kind)) continue
    disks.push({
      device: drive.get('id') ?? nameOf(kind, slot, perBus),
      bus: kind === 'ide' && board.isQ35 ? 'sata' : kind,
      ...(kind === 'ide' && !board.isQ35 ? { channel: Math.floor(slot / perBus) } : {}),
      // A board's own SCSI controller, lsi53c895a or on pseries spapr-vscsi, is emulated.
      ...(kind === 'scsi' ? { emulated: true } : {}),
      cache: nodes.cache(drive, undefined),
      format: nodes.format(drive),
    })
  }
  return disks
}

function driveOf(argument: Argument, budget: Budget): Option[] {
  if (argument.name === 'drive') return [argument.option(budget)]
  const shorthand = shorthands.get(argument.name)
  return shorthand === undefined ? [] : [shorthand]
}

/** IDE has two disks per bus on pc and one on q35; SCSI has seven. 0 for interfaces with a single bus (blockdev.c). */
function unitsPerBus(kind: string, onQ35: boolean): number {
  if (kind === 'ide') return onQ35 ? 1 : 2
  return kind === 'scsi' ? 7 : 0
}

/** The names that QEMU gives to drives without an id (blockdev.c, drive_new). */
function nameOf(kind: string, slot: number, perBus: number): string {
  const media = kind === 'ide' || kind === 'scsi' ? '-hd' : ''
  return perBus === 0
    ? `${kind}${media}${slot}`
    : `${kind}${Math.floor(slot / perBus)}${media}${slot % perBus}`
}

/** The drive slots of one interface: set by `index`, or by `bus` and `unit`; otherwise the first free one. */
class Slots {
  readonly #perBus: number
  readonly #taken = new Set<number>()
  /** Maps a taken slot to a later one, so that a search does not walk over the same slots again. */
  readonly #next = new Map<number, number>()

  readonly #budget: Budget

  constructor(perBus: number, budget: Budget) {
    this.#perBus = perBus
    this.#budget = budget
  }

  /** Takes a slot for `drive` and returns its number, counted across all buses. */
  take(drive: Option): number {
    const firstOfBus = (small(drive.get('bus')) ?? 0) * this.#perBus
    const unit = small(drive.get('unit'))
    const explicit = small(drive.get('index')) ?? (unit === undefined ? undefined : firstOfBus + unit)
    const slot = explicit ?? this.#firstFree(firstOfBus)
    this.#taken.add(slot)
    return slot
  }

  #firstFree(from: number): number {
    const passed: number[] = []
    let slot = from
    while (this.#taken.has(slot)) {
      this.#budget.spend(1)
      passed.push(slot)
      slot = this.#next.get(slot) ?? slot + 1
    }
    for (const each of passed) this.#next.set(each, slot)
    return slot
  }
}

/** QEMU reads these numbers into an int. Beyond 2^53 `slot + 1` equals `slot`, so #firstFree would never end. */
function small(text: string | undefined): number | undefined {
  const value = decimal(text)
  return value !== undefined && value < 2 ** 31 ? value : undefined
}
