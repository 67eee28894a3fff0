// What a QEMU command line says of the board, which decides what a disk or NIC is that names no model.
import type { Arguments } from './arguments.ts'
import { mergedOption, type Option } from './option.ts'

/** Of -machine and -M together, `type` and properties. */
export const machineOf = (given: Arguments): Option => mergedOption(given, ['machine', 'M'], 'type')

export const isQ35 = (given: Arguments): boolean => machineOf(given).get('type')?.includes('q35') === true

/** The model of a NIC that names none: QEMU's default for a PC, as other boards' is not known here. */
export function defaultNicModel(given: Arguments): string {
  if (isQ35(given)) return 'e1000e'
  const type = machineOf(given).get('type')
  const isPc = type === undefined ? isX86(given.program) : /^pc(-i440fx.*|-\d.*)?$/.test(type)
  return isPc ? 'e1000' : 'unknown'
}

/** Builds named without their architecture are of the host's; the exporter's own is the same. */
const isX86 = (program: string): boolean =>
  /-(x86_64|i386)$/.test(program) || (!program.startsWith('qemu-system-') && process.arch === 'x64')
