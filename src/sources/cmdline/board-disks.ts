// The disks that the board itself connects: -drive with an interface, -hda to -hdd, and an image on its own.
import type { Disk } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import type { Argument, Arguments } from './arguments.ts'
import { isQ35 } from './machine.ts'
import { type Option, parseOption } from './option.ts'

/** What the short forms stand for (vl.c, qemu_init). */
const shorthands: Readonly<Record<string, string>> = {
  hda: 'index=0',
  hdb: 'index=1',
  hdc: 'index=2',
  hdd: 'index=3',
  cdrom: 'index=2,media=cdrom',
}

/** Not of the disks of the board: without interface, firmware, and floppies. */
const otherInterfaces = new Set(['none', 'pflash', 'mtd', 'floppy'])

export function boardDisks(given: Arguments): Disk[] {
  const onQ35 = isQ35(given)
  const places = new Map<string, Places>()
  const disks: Disk[] = []
  for (const drive of given.inOrder.flatMap(driveOf)) {
    const kind = drive.get('if') ?? 'ide'
    if (otherInterfaces.has(kind)) continue
    let taken = places.get(kind)
    if (taken === undefined) {
      taken = new Places(unitsPerBus(kind, onQ35))
      places.set(kind, taken)
    }
    const place = taken.take(drive)
    // It takes a place all the same.
    if (drive.get('media') === 'cdrom') continue
    disks.push({
      device: drive.get('id') ?? nameOf(kind, place, unitsPerBus(kind, onQ35)),
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

/** Two IDE disks a bus on pc, one on q35; seven SCSI disks a bus; 0 where there is but one bus (blockdev.c). */
function unitsPerBus(kind: string, onQ35: boolean): number {
  if (kind === 'ide') return onQ35 ? 1 : 2
  return kind === 'scsi' ? 7 : 0
}

/** QEMU's own names (blockdev.c, drive_new). */
function nameOf(kind: string, place: number, perBus: number): string {
  const media = kind === 'ide' || kind === 'scsi' ? '-hd' : ''
  return perBus === 0
    ? `${kind}${media}${place}`
    : `${kind}${Math.floor(place / perBus)}${media}${place % perBus}`
}

/** The places of one interface's drives: as told by `index` or `bus` and `unit`, else the first that is free. */
class Places {
  readonly #perBus: number
  readonly #taken = new Set<number>()
  /** From a taken place to one behind it, so that a search does not walk over the same places again. */
  readonly #behind = new Map<number, number>()

  constructor(perBus: number) {
    this.#perBus = perBus
  }

  /** Counted through all buses. */
  take(drive: Option): number {
    const onBus = (small(drive.get('bus')) ?? 0) * this.#perBus
    const unit = small(drive.get('unit'))
    const told = small(drive.get('index')) ?? (unit === undefined ? undefined : onBus + unit)
    const place = told ?? this.#firstFree(onBus)
    this.#taken.add(place)
    return place
  }

  #firstFree(from: number): number {
    const passed: number[] = []
    let place = from
    while (this.#taken.has(place)) {
      passed.push(place)
      place = this.#behind.get(place) ?? place + 1
    }
    for (const each of passed) this.#behind.set(each, place)
    return place
  }
}

/** QEMU reads such numbers into an int; counting on from one beyond 2^53 would never end. */
function small(text: string | undefined): number | undefined {
  const value = decimal(text)
  return value !== undefined && value < 2 ** 31 ? value : undefined
}
