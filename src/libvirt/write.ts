// What the actuator asks libvirt over its read-write socket, and nothing else may. Access to that socket amounts to root.
//
// A domain is named by its UUID only: virsh takes a name for an id or a UUID first, so a domain that is named `3` is
// unreachable beside the one with id 3. The exit code of virsh is no proof of anything: whoever calls reads back.
import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import { isJob } from './read.ts'
import { runVirsh } from './run.ts'
import { socketUri } from './socket-uri.ts'

/** Of libvirt's `virDomainState`, as `virsh domstate` prints them. */
export type DomainState =
  | 'no state'
  | 'running'
  | 'idle'
  | 'paused'
  | 'in shutdown'
  | 'shut off'
  | 'crashed'
  | 'pmsuspended'

/** Every call has a time limit and rejects with a KvminfoError. `uuid`: lower case, with hyphens. */
export interface Domains {
  /** The UUIDs of the domains that have a definition on disk. */
  persistent(): Promise<ReadonlySet<string>>
  /** Exactly as libvirt prints it. `inactive`: what the domain starts with next. `secret`: with passwords. */
  xml(uuid: string, kind: 'live' | 'inactive' | 'inactive and secret'): Promise<string>
  /** Replaces the definition of the domain that has the UUID in `xml`, if the schema of libvirt allows the text. */
  define(xml: string): Promise<void>
  state(uuid: string): Promise<DomainState>
  /** Asks the guest by ACPI. It may take its time, or not do it. */
  shutdown(uuid: string): Promise<void>
  start(uuid: string): Promise<void>
  /** Cuts the power of a running domain. */
  destroy(uuid: string): Promise<void>
  /** Asks the guest to leave so much memory to the balloon that this is left to it. It may not do it. */
  setMemory(uuid: string, kib: number): Promise<void>
  /** Whether a migration, a backup, a dump, … of it runs. */
  hasJob(uuid: string): Promise<boolean>
  /** Plugs a device into the running domain only; its definition stays as it is. */
  attachDevice(uuid: string, xml: string): Promise<void>
  /** Asks the guest to give back the device with that alias. It may take its time, or not do it. */
  detachDevice(uuid: string, alias: string): Promise<void>
  /** Gives a PCI device back to the host's own driver. Rejects if a domain has it. `device`: such as `0000:01:00.0`. */
  reattachDevice(device: string): Promise<void>
  /** How often the guest has read the disk with that target. */
  diskReads(uuid: string, target: string): Promise<number>
  /** The answer of QEMU's guest agent, JSON. Rejects after five seconds without one. */
  askAgent(uuid: string, command: AgentCommand): Promise<string>
}

/** None of them changes anything in the guest. */
export type AgentCommand = 'guest-ping' | 'guest-get-devices' | 'guest-get-disks'

/** What libvirt calls the PCI device of the host. */
const nodeDeviceName = (device: string): string => `pci_${device.replaceAll(/[:.]/g, '_')}`

const sockets = ['libvirt/libvirt-sock', 'libvirt/virtqemud-sock']

const limits = { deadlineMs: 20_000, maxBytes: 4 * 1024 * 1024 }

/**
 * Defining takes as long as libvirt needs to find out what QEMU can do here, half a minute where it cannot remember that;
 * starting as long as huge pages take to be cleared. virsh that is killed cancels nothing, so these must not be short.
 */
const slowLimits = { ...limits, deadlineMs: 90_000 }

/**
 * Text for virsh is in a file of `directory` for a moment, which nobody else can read. Its name begins with a dot: whoever
 * uses the folder removes such files at start.
 */
export function libvirtDomains(rundir: string, directory: string): Domains {
  const virsh = (command: string, words: readonly string[], more: Partial<typeof limits> = {}) => {
    const socket = sockets.map((name) => join(rundir, name)).find((path) => existsSync(path))
    if (socket === undefined)
      throw new KvminfoError(
        'SOURCE_ABSENT',
        `no libvirt runs: ${sockets.join(' and ')} are missing in ${rundir}`,
      )
    return runVirsh(['-c', socketUri(socket), command, ...words], { ...limits, ...more })
  }
  /** Runs the command with a file that has the text. */
  const virshWithFile = async (command: string, words: readonly string[], text: string) => {
    const path = join(directory, `.${command}-${randomUUID()}`)
    try {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
      await virsh(command, [...words, '--file', path], slowLimits)
    } finally {
      rmSync(path, { force: true })
    }
  }
  return {
    async persistent() {
      const text = await virsh('list', ['--all', '--persistent', '--uuid'])
      return new Set(text.split('\n').filter((line) => line !== ''))
    },
    xml: async (uuid, kind) =>
      virsh('dumpxml', [
        ...(kind === 'live' ? [] : ['--inactive']),
        ...(kind === 'inactive and secret' ? ['--security-info'] : []),
        '--',
        uuid,
      ]),
    define: (xml) => virshWithFile('define', ['--validate'], xml),
    state: async (uuid) => (await virsh('domstate', ['--', uuid])).trim() as DomainState,
    async shutdown(uuid) {
      await virsh('shutdown', ['--mode', 'acpi', '--', uuid])
    },
    async destroy(uuid) {
      await virsh('destroy', ['--', uuid])
    },
    async start(uuid) {
      await virsh('start', ['--', uuid], slowLimits)
    },
    async setMemory(uuid, kib) {
      await virsh('setmem', ['--live', '--size', `${kib}KiB`, '--', uuid])
    },
    hasJob: async (uuid) => isJob(await virsh('domjobinfo', ['--rawstats', '--', uuid])),
    attachDevice: (uuid, xml) => virshWithFile('attach-device', ['--live', '--domain', uuid], xml),
    async detachDevice(uuid, alias) {
      await virsh('detach-device-alias', ['--live', '--domain', uuid, '--alias', alias])
    },
    async reattachDevice(device) {
      await virsh('nodedev-reattach', ['--device', nodeDeviceName(device)])
    },
    async diskReads(uuid, target) {
      const text = await virsh('domblkstat', ['--domain', uuid, '--device', target])
      const reads = /^\S+ rd_req (\d+)$/m.exec(text)?.[1]
      if (reads !== undefined) return Number(reads)
      throw new KvminfoError('SOURCE_MALFORMED', `libvirt does not say how often ${target} was read`)
    },
    askAgent: async (uuid, command) =>
      virsh('qemu-agent-command', ['--timeout', '5', '--', uuid, JSON.stringify({ execute: command })]),
  }
}
