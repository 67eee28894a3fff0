// What a QEMU command line says about its VM.
import type { Disk, Nic } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { disksOf } from './disks.ts'
import { machineOf } from './machine.ts'
import { nicsOf } from './nics.ts'
import { mergedOption, parseJsonOrOption, parseOption } from './option.ts'
import { qmpSocketOf } from './qmp-socket.ts'

export interface QemuCommandLine {
  /** `guest=` of -name, raw: control characters are still in it. */
  readonly name: string | undefined
  readonly uuid: string | undefined
  /** Proxmox's number of the VM, its own option `-id`. */
  readonly vmid?: number | undefined
  readonly machine: string | undefined
  readonly memoryBytes: number | undefined
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  /** Whether libvirt started it: since 1.3.2 (2016) libvirt gives every VM an object `masterKey0`. */
  readonly isManaged: boolean
  /** Path of a UNIX socket on which this QEMU accepts QMP connections. */
  readonly qmpSocket: string | undefined
}

/** undefined if the process is not a QEMU or runs without KVM. */
export function parseCommandLine(cmdline: Buffer): QemuCommandLine | undefined {
  const given = parseArguments(cmdline)
  if (given === undefined) return undefined
  const machine = machineOf(given)
  if (!usesKvm(given, machine.get('accel'))) return undefined
  const name = mergedOption(given, ['name'], 'guest').get('guest')
  return {
    name: name === '' ? undefined : name,
    vmid: decimal(given.options.get('id')?.at(-1)),
    uuid: given.options.get('uuid')?.at(-1),
    machine: machine.get('type') || undefined,
    memoryBytes: memoryOf(mergedOption(given, ['m'], 'size').get('size')),
    disks: disksOf(given),
    nics: nicsOf(given),
    isManaged: (given.options.get('object') ?? []).some(
      (text) => parseJsonOrOption(text, 'qom-type').get('id') === 'masterKey0',
    ),
    qmpSocket: qmpSocketOf(given),
  }
}

/** If several accelerators are named, QEMU uses the first that works. KVM anywhere in the list therefore counts. */
function usesKvm({ program, options }: Arguments, machineAccel: string | undefined): boolean {
  if (options.has('enable-kvm')) return true
  const named = (options.get('accel') ?? []).map((text) => parseOption(text, 'accel').get('accel') ?? '')
  if (machineAccel !== undefined) named.push(...machineAccel.split(':'))
  if (named.length > 0) return named.includes('kvm')
  // Builds with these names use KVM by default.
  return program === 'qemu-kvm' || program === 'kvm'
}

const shifts: Readonly<Record<string, number>> = { b: 0, k: 10, m: 20, g: 30, t: 40 }

/** `-m 512`, `-m 4G`, `-m size=262144k,slots=16,maxmem=…` in bytes; a number without a unit is in mebibytes. */
function memoryOf(size: string | undefined): number | undefined {
  const [, digits, unit = 'm'] = /^(\d+)([bkmgt])?$/i.exec(size ?? '') ?? []
  return digits === undefined ? undefined : Number(digits) * 2 ** shifts[unit.toLowerCase()]!
}
