// Whether a domain runs. A guest is asked to shut down, and never forced: what it has not written yet would be lost.
import { KvminfoError } from '../../errors.ts'
import type { DomainState, Domains } from '../../libvirt/write.ts'
import type { DomainPowerOperation, PowerState } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export interface PowerTimes {
  /** How long a guest may take to shut down, milliseconds. */
  readonly shutdownMs: number
  /** Between two looks. */
  readonly pollMs: number
}

export const powerTimes: PowerTimes = { shutdownMs: 90_000, pollMs: 500 }

export function domainPower(
  domains: Domains,
  { shutdownMs, pollMs }: PowerTimes,
): OperationKit<DomainPowerOperation> {
  return {
    knob: () => 'power',
    encode: (state) => (state === 'running' ? '1' : '0'),
    decode: (text) => (text === '1' ? 'running' : text === '0' ? 'shut off' : undefined),
    problem: () => undefined,
    excess: () => undefined,
    needsLease: () => false,
    read: async ({ vm }) => powerOf(await domains.state(vm.uuid!)),
    async write({ vm, to }) {
      const uuid = vm.uuid!
      if (to === 'running') return domains.start(uuid)
      await domains.shutdown(uuid)
      for (const end = performance.now() + shutdownMs; performance.now() < end; ) {
        if ((await domains.state(uuid)) === 'shut off') return
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
      throw new KvminfoError(
        'SOURCE_FAILED',
        `the guest has not shut down within ${shutdownMs / 1000} s; it may ignore ACPI`,
      )
    },
  }
}

function powerOf(state: DomainState): PowerState {
  if (state === 'shut off') return state
  if (state === 'running' || state === 'in shutdown' || state === 'idle') return 'running'
  throw new KvminfoError('SOURCE_FAILED', `the domain is ${state}; it must be running or shut off`)
}
