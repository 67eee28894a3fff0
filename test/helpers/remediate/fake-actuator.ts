// An actuator in memory, with the knobs of one VM. It can be told to time out or to refuse.
import { isDeepStrictEqual } from 'node:util'
import { NoAnswer } from '../../../src/actuator/client.ts'
import type {
  ActuatorAnswer,
  ActuatorRequest,
  GuestReport,
  Operation,
} from '../../../src/actuator/protocol.ts'
import { parseRequest } from '../../../src/actuator/request-schema.ts'
import type { VmIdentity } from '../../../src/model/remediation.ts'
import { type Actuator, knobOf } from '../../../src/remediate/run/executor.ts'

export interface FakeActuator extends Actuator {
  readonly live: Map<string, unknown>
  /** What was asked, in order: `execute <knob>` or `lease`. */
  readonly calls: string[]
  /** What the next call of `execute` does instead of answering. */
  next: 'answer' | 'time out after doing it' | 'time out before doing it' | 'refuse' | 'fail'
  /** Whether it answers at all. */
  isReachable: boolean
  leasedUntil: number | undefined
  guestReport: GuestReport
}

export function fakeActuator(): FakeActuator {
  const live = new Map<string, unknown>()
  const fake: FakeActuator = {
    live,
    calls: [],
    next: 'answer',
    isReachable: true,
    leasedUntil: undefined,
    guestReport: { answers: false, diskBuses: [], drivers: [] },
    async execute(operation: Operation): Promise<ActuatorAnswer> {
      accept({ do: 'execute', operation })
      if (!fake.isReachable) throw new NoAnswer('the actuator does not answer', false)
      const knob = knobOf(operation)
      fake.calls.push(`execute ${knob}`)
      const mode = fake.next
      fake.next = 'answer'
      if (mode === 'time out before doing it') throw new NoAnswer('no answer', true)
      if (mode === 'refuse') return { outcome: 'refused', reason: 'it is refused' }
      const before = live.get(knob)
      if (before === undefined) return { outcome: 'stale', reason: 'the thread has ended' }
      if (mode === 'fail') return { outcome: 'failed', before, after: before, reason: 'it failed' }
      if (!isDeepStrictEqual(before, operation.from) && !isDeepStrictEqual(before, operation.to))
        return { outcome: 'stale', before, reason: 'somebody else has changed it' }
      live.set(knob, operation.to)
      if (mode === 'time out after doing it') throw new NoAnswer('no answer', true)
      return { outcome: 'done', before, after: operation.to }
    },
    async read(operation: Operation): Promise<ActuatorAnswer> {
      accept({ do: 'read', operation })
      if (!fake.isReachable) throw new NoAnswer('the actuator does not answer', false)
      const after = live.get(knobOf(operation))
      return after === undefined
        ? { outcome: 'stale', reason: 'the thread has ended' }
        : { outcome: 'done', after }
    },
    async lease(vm: VmIdentity, until: number): Promise<ActuatorAnswer> {
      accept({ do: 'lease', vm, until })
      fake.calls.push('lease')
      fake.leasedUntil = until
      return { outcome: 'done' }
    },
    async release(vm: VmIdentity): Promise<ActuatorAnswer> {
      accept({ do: 'release', vm })
      fake.leasedUntil = undefined
      return { outcome: 'done' }
    },
    async guest(vm: VmIdentity): Promise<ActuatorAnswer> {
      accept({ do: 'guest', vm })
      return { outcome: 'done', after: fake.guestReport }
    },
  }
  return fake
}

/** As strictly as the real actuator parses requests. */
function accept(request: ActuatorRequest): void {
  const parsed = parseRequest(JSON.stringify(request))
  if (typeof parsed === 'string') throw new Error(`the actuator would not understand: ${parsed}`)
}
