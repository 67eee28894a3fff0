// The disks that the board itself connects: -drive with an interface, -hda to -hdd, and an image without an option.
import type { Disk } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import type { Argument, Arguments } from './arguments.ts'
import { isQ35 } from './machine.ts'
import { type Option, parseOption } from './option.ts'

/** The short forms, as the -drive properties that they mean (vl.c, qemu_init). */
const shorthands: Readonly<Record<string, string>> = {
  hda: 'index=0',
  hdb: 'index=1',
  hdc: 'index=2',
  hdd: 'index=3',
  cdrom: 'index=2,media=cdrom',
}

/** Interfaces that give no disk of the board: none at all, firmware, and floppies. */
const otherInterfaces = new Set(['none', 'pflash', 'mtd', 'floppy'])

export function boardDisks(given: Arguments): Disk[] {
  const onQ35 = isQ35(given)
  const slots = new Map<string, Slots>()
  const disks: Disk[] = []
  for (const drive of given.inOrder.flatMap(driveOf)) {
    const kind = drive.get('if') ?? 'ide'
    if (otherInterfaces.has(kind)) continue
    let slotsOfKind = slots.get(kind)
    if (slotsOfKind === undefined) {
      slotsOfKind = new Slots(unitsPerBus(kind, onQ35))
      slots.set(kind, slotsOfKind)
    }
    const slot = slotsOfKind.take(drive)
    // A CD-ROM drive is not listed but still takes a slot.
    if (drive.get('media') === 'cdrom') continue
    disks.push({
      device: drive.get('id') ?? nameOf(kind, slot, unitsPerBus(kind, onQ35)),
      bus: kind === 'ide' && onQ35 ? 'sata' : kind,
      cache: drive.get('cache'),
      format: drive.get('format'),
    })
  }
  return disks
}

function driveOf({ name, value }: Argument): Option[] {
  if (name === 'drive') return [parseOption(value, 'file')]
  const shorthand = Object.hasOwn(shorthands, name) ? shorthands[name] : undefined
  return shorthand === undefined ? [] : [parseOption(shorthand, 'file')]
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

  constructor(perBus: number) {
    this.#perBus = perBus
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
