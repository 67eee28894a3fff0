// Asks the actuator: one connection for each request.
import { connect } from 'node:net'
import { errorText } from '../log/error-text.ts'
import type { VmIdentity } from '../model/remediation.ts'
import {
  type ActuatorAnswer,
  type ActuatorRequest,
  maxLineBytes,
  type Operation,
  type OperationKind,
} from './protocol.ts'
import { parseAnswer } from './request-schema.ts'

/** No answer came in time, or none that can be read. This does not mean that nothing was done. */
export class NoAnswer extends Error {
  /** Whether the actuator may have got the request. If not, nothing was done. */
  readonly wasSent: boolean

  constructor(message: string, wasSent: boolean, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NoAnswer'
    this.wasSent = wasSent
  }
}

/** Longer than the actuator takes for a VM that is stuck (two seconds), on a host that is busy. */
const defaultDeadlineMs = 10_000

/**
 * For operations in which the kernel moves memory, or libvirt is asked several times or waits for a guest. The actuator
 * gives up on them earlier.
 */
const slowDeadlineMs: Partial<Record<OperationKind, number>> = {
  'huge-pages': 90_000,
  'ksm-run': 90_000,
  'domain-xml': 200_000,
  'domain-power': 200_000,
  balloon: 180_000,
  'test-disk': 300_000,
  'host-device': 300_000,
  // A driver may reset its device before.
  'virtual-functions': 90_000,
}

/** Three questions of the guest agent, and what libvirt must be asked before. */
const guestDeadlineMs = 90_000

/** All methods reject with NoAnswer, and with nothing else. */
export class ActuatorClient {
  readonly #path: string
  readonly #deadlineMs: number

  constructor(path: string, deadlineMs = defaultDeadlineMs) {
    this.#path = path
    this.#deadlineMs = deadlineMs
  }

  execute(operation: Operation): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'execute', operation }, this.#deadlineOf(operation))
  }

  /** The live value is `after`. */
  read(operation: Operation): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'read', operation }, this.#deadlineOf(operation))
  }

  /** `until`: seconds since boot. */
  lease(vm: VmIdentity, until: number): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'lease', vm, until })
  }

  release(vm: VmIdentity): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'release', vm })
  }

  /** Whether it answers at all; asks for nothing. */
  ping(): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'ping' })
  }

  /** `after` is a GuestReport. */
  guest(vm: VmIdentity): Promise<ActuatorAnswer> {
    return this.#ask({ do: 'guest', vm }, Math.max(guestDeadlineMs, this.#deadlineMs))
  }

  #deadlineOf({ kind }: Operation): number {
    return Math.max(slowDeadlineMs[kind] ?? 0, this.#deadlineMs)
  }

  #ask(request: ActuatorRequest, deadlineMs = this.#deadlineMs): Promise<ActuatorAnswer> {
    return new Promise((resolve, reject) => {
      let wasSent = false
      let text = ''
      const socket = connect(this.#path)
      const fail = (why: string, cause?: Error) => {
        const message = wasSent ? 'the actuator may have done it or not' : 'the actuator was not reached'
        reject(new NoAnswer(`${message}: ${why}`, wasSent, { cause }))
        socket.destroy()
      }
      const deadline = setTimeout(() => fail(`no answer within ${deadlineMs} ms`), deadlineMs)
      socket.setEncoding('utf8')
      socket.once('connect', () => {
        wasSent = true
        socket.write(`${JSON.stringify(request)}\n`)
      })
      socket.on('data', (chunk: string) => {
        text += chunk
        const end = text.indexOf('\n')
        if (end < 0) {
          if (text.length > maxLineBytes) fail(`its answer is longer than ${maxLineBytes} bytes`)
          return
        }
        const answer = parseAnswer(text.slice(0, end))
        if (typeof answer === 'string') return fail(`its answer cannot be read: ${answer}`)
        resolve(answer.value)
        socket.destroy()
      })
      socket.on('error', (error) => fail(errorText(error), error))
      socket.on('close', () => {
        clearTimeout(deadline)
        // Settled already, unless the connection broke without a word.
        fail('it closed the connection')
      })
    })
  }
}
