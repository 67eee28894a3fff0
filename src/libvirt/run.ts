// Starts `virsh`. Besides, only src/sources/cmdline/read-apart.ts and systeminformation (src/sources/hostfacts) start processes.
import type { ExecaError } from 'execa'
import { KvminfoError } from '../errors.ts'

/** virsh would give up on a libvirt that gets no CPU for half a minute. Only the caller's deadline counts. */
const noKeepalive = ['--keepalive-interval', '0']

/** The call missed its deadline. libvirt may still do what it was asked for. */
export class LibvirtLate extends KvminfoError {}

export interface VirshLimits {
  readonly deadlineMs: number
  /** The longest accepted output, in bytes. */
  readonly maxBytes: number
}

/**
 * Runs `virsh` without a shell and returns its standard output. Throws a KvminfoError: SOURCE_ABSENT if virsh is not
 * installed, SOURCE_DENIED if libvirt refuses this user, SOURCE_FAILED for anything else; LibvirtLate if it is that there
 * was no answer in time.
 */
export async function runVirsh(
  args: readonly string[],
  { deadlineMs, maxBytes }: VirshLimits,
): Promise<string> {
  // Imported at the first use, because few hosts need it and it takes 6 MB of memory.
  const { ExecaError, execa } = await import('execa')
  try {
    const { stdout } = await execa('virsh', [...noKeepalive, ...args], {
      timeout: deadlineMs,
      stdin: 'ignore',
      maxBuffer: maxBytes,
      // In English, because virshError recognises messages by their text. Without the variables that lead virsh elsewhere.
      extendEnv: false,
      env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' },
    })
    return stdout
  } catch (cause) {
    throw cause instanceof ExecaError ? virshError(cause, args, deadlineMs) : cause
  }
}

function virshError(cause: ExecaError, args: readonly string[], deadlineMs: number): KvminfoError {
  const command = `virsh ${args.join(' ')}`
  if (cause.code === 'ENOENT') {
    return new KvminfoError(
      'SOURCE_ABSENT',
      'virsh is not installed; install the Debian package libvirt-clients or its equivalent',
      {
        cause,
      },
    )
  }
  if (cause.timedOut) {
    return new LibvirtLate('SOURCE_FAILED', `no answer within ${deadlineMs} ms from: ${command}`, { cause })
  }
  const said = String(cause.stderr ?? '')
    .trim()
    .slice(0, 300)
  const code = /permission denied|authentication/i.test(said) ? 'SOURCE_DENIED' : 'SOURCE_FAILED'
  return new KvminfoError(code, `${command}: ${said || cause.shortMessage}`, { cause })
}
