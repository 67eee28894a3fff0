// What this program asks libvirt over its read-only socket.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runVirsh } from './run.ts'

// The sockets of the single daemon libvirtd and of the modular virtqemud. Every user may connect to them, for reading only.
const sockets = ['libvirt/libvirt-sock-ro', 'libvirt/virtqemud-sock-ro']

/** The read-only socket of libvirt; undefined if no libvirt runs. */
export function libvirtSocket(rundir: string): string | undefined {
  return sockets.map((socket) => join(rundir, socket)).find((path) => existsSync(path))
}

const connectTo = (socket: string): string[] => [
  '-r',
  '-c',
  `qemu+unix:///system?socket=${encodeURIComponent(socket)}`,
]

/**
 * Statistics of all running and paused domains, as `virsh domstats --raw` prints them. With --nowait, libvirt leaves out
 * the values that a domain cannot return while it is busy with a job, so one stuck VM does not delay the others. The URI names the socket, so that a `rundir` of another host never leads to the libvirt of this one.
 */
export function domainStatistics(socket: string, deadlineMs: number): Promise<string> {
  const wanted = ['--list-active', '--vcpu', '--balloon', '--raw', '--nowait']
  // Enough for 10,000 vCPUs at 2 kB each.
  return runVirsh([...connectTo(socket), 'domstats', ...wanted], { deadlineMs, maxBytes: 32 * 1024 * 1024 })
}

/** What the disks and NICs of one running domain have transferred, as `virsh domstats --raw` prints it. */
export function domainTransfers(socket: string, uuid: string, deadlineMs: number): Promise<string> {
  const wanted = ['--block', '--interface', '--raw', '--nowait', '--domain', uuid]
  return runVirsh([...connectTo(socket), 'domstats', ...wanted], { deadlineMs, maxBytes: 1024 * 1024 })
}
