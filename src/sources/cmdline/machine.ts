// What a QEMU command line says about the board, which decides the type of disks and NICs that name no model.
import type { Arguments } from './arguments.ts'
import { mergedOption, type Option } from './option.ts'

/** `type` and the properties of -machine and -M together. */
export const machineOf = (given: Arguments): Option => mergedOption(given, ['machine', 'M'], 'type')

export const isQ35 = (given: Arguments): boolean => machineOf(given).get('type')?.includes('q35') === true

/** The model of a NIC that names none: QEMU's default for a PC. The defaults of other boards are not known here. */
export function defaultNicModel(given: Arguments): string {
  if (isQ35(given)) return 'e1000e'
  const type = machineOf(given).get('type')
  const isPc = type === undefined ? isX86(given.program) : /^pc(-i440fx.*|-\d.*)?$/.test(type)
  return isPc ? 'e1000' : 'unknown'
}

/** A build whose name has no architecture is for the host's architecture, which is that of this program too. */
const isX86 = (program: string): boolean =>
  /-(x86_64|i386)$/.test(program) || (!program.startsWith('qemu-system-') && process.arch === 'x64')
