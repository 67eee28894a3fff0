// Runs `virsh`: the one place here that starts a program.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecaError } from 'execa'
import { KvminfoError } from '../../errors.ts'

// Of the older single daemon and of the modular one; both are open to every user for reading.
const sockets = ['libvirt/libvirt-sock-ro', 'libvirt/virtqemud-sock-ro']

/** The read-only socket of libvirt; undefined where none runs. */
export function libvirtSocket(rundir: string): string | undefined {
  return sockets.map((socket) => join(rundir, socket)).find((path) => existsSync(path))
}

/**
 * Statistics of all domains that run or are paused. --nowait leaves out what a domain busy with a job cannot tell now,
 * so one stuck VM does not hold up the others. The socket is named, so that another `rundir` never asks this host's
 * libvirt.
 */
export async function virshDomstats(socket: string, deadlineMs: number): Promise<string> {
  const uri = `qemu+unix:///system?socket=${encodeURIComponent(socket)}`
  // Loaded when first used: few hosts need it, and it is 6 MB of memory.
  const { ExecaError, execa } = await import('execa')
  const args = ['-r', '-c', uri, 'domstats', '--list-active', '--vcpu', '--balloon', '--raw', '--nowait']
  try {
    const { stdout } = await execa('virsh', args, {
      timeout: deadlineMs,
      stdin: 'ignore',
      // 10,000 vCPUs at 2 kB each.
      maxBuffer: 32 * 1024 * 1024,
      env: { LC_ALL: 'C' },
    })
    return stdout
  } catch (cause) {
    throw cause instanceof ExecaError ? virshError(cause, args, deadlineMs) : cause
  }
}

function virshError(cause: ExecaError, args: readonly string[], deadlineMs: number): KvminfoError {
  const command = `virsh ${args.join(' ')}`
  if (cause.code === 'ENOENT') {
    return new KvminfoError('SOURCE_ABSENT', 'virsh is not installed (Debian package libvirt-clients)', {
      cause,
    })
  }
  if (cause.timedOut) {
    return new KvminfoError('SOURCE_FAILED', `no answer within ${deadlineMs} ms from: ${command}`, { cause })
  }
  const said = String(cause.stderr ?? '')
    .trim()
    .slice(0, 300)
  const code = /permission denied|authentication/i.test(said) ? 'SOURCE_DENIED' : 'SOURCE_FAILED'
  return new KvminfoError(code, `${command}: ${said || cause.shortMessage}`, { cause })
}
