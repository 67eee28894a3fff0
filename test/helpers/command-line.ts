// Command lines for the tests of what they are read as.
import { parseCommandLine } from '../../src/sources/cmdline/parse.ts'

export const parse = (...args: string[]) => parseCommandLine(Buffer.from(`${args.join('\0')}\0`))

/** Of a QEMU with KVM. */
export const kvm = (...args: string[]) => parse('/usr/bin/qemu-system-x86_64', '-accel', 'kvm', ...args)
