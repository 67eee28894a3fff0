// Whether a domain runs. A guest is asked to shut down: if its power were cut, what it has not written yet would be lost. Only
// one that has just failed to come up after a start of ours is forced, because nothing else helps.
import { KvminfoError } from '../../errors.ts'
import type { DomainState, Domains } from '../../libvirt/write.ts'
import { askGuest } from '../guest.ts'
import { holdsWithin } from '../holds-within.ts'
import type { DomainPowerOperation, PowerState } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export interface PowerTimes {
  /** How long a guest may take to shut down, milliseconds. */
  readonly shutdownMs: number
  /** Between two looks. */
  readonly pollMs: number
}

/** How long after a start of ours a guest may be forced, milliseconds. */
const forceMs = 3_600_000

export const powerTimes: PowerTimes = { shutdownMs: 90_000, pollMs: 500 }

export function domainPower(
  domains: Domains,
  { shutdownMs, pollMs }: PowerTimes,
): OperationKit<DomainPowerOperation> {
  /** When this process has started which domain; performance.now(). */
  const started = new Map<string, number>()

  async function mayForce(uuid: string): Promise<boolean> {
    if (!(performance.now() - (started.get(uuid) ?? Number.NEGATIVE_INFINITY) < forceMs)) return false
    return !(await askGuest(domains, uuid)).answers
  }

  async function turnOff(uuid: string, isForced: boolean): Promise<void> {
    await domains.shutdown(uuid)
    if (await holdsWithin(shutdownMs, pollMs, async () => (await domains.state(uuid)) === 'shut off')) return
    if (isForced && (await mayForce(uuid))) return domains.destroy(uuid)
    throw new KvminfoError(
      'SOURCE_FAILED',
      `the guest has not shut down within ${shutdownMs / 1000} s; it may ignore ACPI`,
    )
  }

  return {
    knob: () => 'power',
    encode: (state) => (state === 'running' ? '1' : '0'),
    decode: (text) => (text === '1' ? 'running' : text === '0' ? 'shut off' : undefined),
    problem: () => undefined,
    excess: () => undefined,
    needsLease: () => false,
    read: async ({ vm }) => powerOf(await domains.state(vm.uuid!)),
    async write({ vm, to, force }) {
      const uuid = vm.uuid!
      if (to === 'shut off') return turnOff(uuid, force === true)
      started.set(uuid, performance.now())
      await domains.start(uuid)
    },
  }
}

function powerOf(state: DomainState): PowerState {
  if (state === 'shut off') return state
  if (state === 'running' || state === 'in shutdown' || state === 'idle') return 'running'
  throw new KvminfoError('SOURCE_FAILED', `the domain is ${state}; it must be running or shut off`)
}
