// What this program asks libvirt over its read-only socket.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import { runVirsh } from './run.ts'
import { socketUri } from './socket-uri.ts'

// The sockets of the single daemon libvirtd and of the modular virtqemud. Every user may connect to them, for reading only.
const sockets = ['libvirt/libvirt-sock-ro', 'libvirt/virtqemud-sock-ro']

/** The read-only socket of libvirt; undefined if no libvirt runs. */
export function libvirtSocket(rundir: string): string | undefined {
  return sockets.map((socket) => join(rundir, socket)).find((path) => existsSync(path))
}

const connectTo = (socket: string): string[] => ['-r', '-c', socketUri(socket)]

/**
 * Statistics of all running and paused domains, as `virsh domstats --raw` prints them. With --nowait, libvirt leaves out
 * the values that a domain cannot return while it is busy with a job, so one stuck VM does not delay the others.
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

/** What forbids to change the definition of a domain. */
export interface DomainView {
  /** As it runs now. */
  readonly xml: string
  /** Snapshots and checkpoints contain the old definition. */
  readonly hasSnapshot: boolean
  /** The domain would go on from the saved state, with the devices that it has there. */
  readonly hasManagedSave: boolean
  /** A migration, a backup, a dump, … */
  readonly hasJob: boolean
}

/** Asks about one running domain, which is named by its UUID: virsh takes a name for an id first. */
export async function readDomain(rundir: string, uuid: string): Promise<DomainView> {
  const socket = socketOf(rundir)
  const ask = (...words: string[]) =>
    runVirsh([...connectTo(socket), ...words], { deadlineMs: 20_000, maxBytes: 4 * 1024 * 1024 })
  const isListed = async (filter: string) =>
    (await ask('list', '--all', '--uuid', filter)).split('\n').includes(uuid)
  const [xml, snapshot, checkpoint, hasManagedSave, job] = await Promise.all([
    ask('dumpxml', '--', uuid),
    isListed('--with-snapshot'),
    isListed('--with-checkpoint'),
    isListed('--with-managed-save'),
    ask('domjobinfo', '--rawstats', '--', uuid),
  ])
  return { xml, hasSnapshot: snapshot || checkpoint, hasManagedSave, hasJob: isJob(job) }
}

/** Whether a job runs, by what `virsh domjobinfo --rawstats` prints. */
export const isJob = (text: string): boolean =>
  !/^Job type:\s*(None|0)?\s*$/m.test(text) && text.trim() !== ''

/** The versions of libvirt and QEMU, as `virsh version --daemon` prints them. */
export function libvirtVersion(rundir: string): Promise<string> {
  return runVirsh([...connectTo(socketOf(rundir)), 'version', '--daemon'], {
    deadlineMs: 10_000,
    maxBytes: 64 * 1024,
  })
}

/** What the balloon driver of the guest reports, as `virsh dommemstat` prints it. */
export function memoryStatistics(rundir: string, uuid: string): Promise<string> {
  return runVirsh([...connectTo(socketOf(rundir)), 'dommemstat', '--', uuid], {
    deadlineMs: 20_000,
    maxBytes: 64 * 1024,
  })
}

/** Throws SOURCE_ABSENT if no libvirt runs. */
function socketOf(rundir: string): string {
  const socket = libvirtSocket(rundir)
  if (socket !== undefined) return socket
  throw new KvminfoError(
    'SOURCE_ABSENT',
    `no libvirt runs: ${sockets.join(' and ')} are missing in ${rundir}`,
  )
}
