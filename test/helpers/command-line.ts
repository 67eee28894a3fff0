// Parsed command lines, for tests of what is read from them.
import { parseCommandLine } from '../../src/sources/cmdline/parse.ts'

export const parse = (...args: string[]) => parseCommandLine(Buffer.from(`${args.join('\0')}\0`))

/** The command line of a QEMU with KVM. */
export const kvm = (...args: string[]) => parse('/usr/bin/qemu-system-x86_64', '-accel', 'kvm', ...args)
