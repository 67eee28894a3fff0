// libvirt's domains in memory. As libvirt does, it gives addresses to devices that have none, sorts disks by bus, and
// prints passwords only when it is asked to.
import { KvminfoError } from '../../src/errors.ts'
import type { AgentCommand, DomainState, Domains } from '../../src/libvirt/write.ts'

interface FakeDomain {
  /** With passwords. */
  definition: string
  state: DomainState
  /** What the guest agent answers; without an entry, nobody answers. */
  agent: Partial<Record<AgentCommand, string>>
  /** What the guest does when it is asked to shut down. */
  onShutdown: () => void
  /** What the guest does when its balloon is to change. */
  onMemory: (kib: number) => void
  /** Whether libvirt runs a job on it. */
  hasJob: boolean
  /** What the running domain has beside its definition: the XML of each disk that was plugged in, by its alias. */
  readonly plugged: Map<string, string>
  /** What libvirt does when a disk is plugged in. */
  onAttach: (xml: string) => void
  /** What the guest does when it is asked to give a device back. */
  onDetach: (alias: string) => void
  /** How often the guest has read the disks that were plugged in. */
  reads: number
}

export interface FakeDomains extends Domains {
  readonly byUuid: Map<string, FakeDomain>
  /** What was asked that changes something: `define`, `shutdown <uuid>`, `destroy <uuid>`, `start <uuid>`, … */
  readonly calls: string[]
  /** What the next call of `define` does instead of defining. */
  onDefine: ((xml: string) => void) | undefined
  /** What happens when a device is to go back to the driver of the host. */
  onReattach: (device: string) => void
  add(uuid: string, definition: string, state?: DomainState): FakeDomain
}

const address = "<address type='pci' domain='0x0000' bus='0x00' slot='0x06' function='0x0'/>"

const noPassword = (xml: string): string => xml.replaceAll(/ passwd='[^']*'/g, '')

export function fakeDomains(): FakeDomains {
  const byUuid = new Map<string, FakeDomain>()
  const calls: string[] = []
  const of = (uuid: string): FakeDomain => {
    const domain = byUuid.get(uuid)
    if (domain === undefined) throw new KvminfoError('SOURCE_FAILED', `no domain ${uuid}`)
    return domain
  }
  const fake: FakeDomains = {
    byUuid,
    calls,
    onDefine: undefined,
    onReattach: () => undefined,
    add(uuid, definition, state = 'running') {
      const domain: FakeDomain = {
        definition,
        state,
        agent: {},
        onShutdown: () => undefined,
        onMemory: () => undefined,
        hasJob: false,
        plugged: new Map(),
        onAttach: (xml) => domain.plugged.set(/<alias name='(.*)'/.exec(xml)![1]!, xml),
        onDetach: (alias) => domain.plugged.delete(alias),
        reads: 0,
      }
      domain.onShutdown = () => {
        domain.state = 'shut off'
      }
      domain.onMemory = (kib) => {
        domain.definition = domain.definition.replace(/(<currentMemory unit='KiB'>)\d+/, `$1${kib}`)
      }
      byUuid.set(uuid, domain)
      return domain
    },
    persistent: async () => new Set(byUuid.keys()),
    xml: async (uuid, kind) => {
      const { definition, plugged } = of(uuid)
      if (kind === 'inactive and secret') return definition
      const disks = kind === 'live' ? [...plugged.values()].join('') : ''
      return noPassword(definition).replace('</devices>', () => `${disks}</devices>`)
    },
    async define(xml) {
      calls.push('define')
      const { onDefine } = fake
      if (onDefine !== undefined) return onDefine(xml)
      const uuid = /<uuid>(.*)<\/uuid>/.exec(xml)![1]!
      of(uuid).definition = xml.replaceAll(/<disk .*?<\/disk>/gs, (disk) =>
        disk.includes('<address') ? disk : disk.replace(/\n *<\/disk>/, `\n      ${address}$&`),
      )
    },
    state: async (uuid) => of(uuid).state,
    async shutdown(uuid) {
      calls.push(`shutdown ${uuid}`)
      of(uuid).onShutdown()
    },
    async destroy(uuid) {
      calls.push(`destroy ${uuid}`)
      of(uuid).state = 'shut off'
    },
    async start(uuid) {
      calls.push(`start ${uuid}`)
      of(uuid).state = 'running'
    },
    async setMemory(uuid, kib) {
      calls.push(`setmem ${kib}`)
      of(uuid).onMemory(kib)
    },
    hasJob: async (uuid) => of(uuid).hasJob,
    async attachDevice(uuid, xml) {
      calls.push('attach')
      of(uuid).onAttach(xml)
    },
    async detachDevice(uuid, alias) {
      calls.push(`detach ${alias}`)
      of(uuid).onDetach(alias)
    },
    async reattachDevice(device) {
      calls.push(`reattach ${device}`)
      fake.onReattach(device)
    },
    diskReads: async (uuid) => of(uuid).reads,
    async askAgent(uuid, command) {
      const answer = of(uuid).agent[command]
      if (answer === undefined) throw new KvminfoError('SOURCE_FAILED', 'Guest agent is not responding')
      return answer
    },
  }
  return fake
}
