// Calls of libvirt that missed their deadline. virsh was ended then, but libvirt may still do what it was asked for. So
// nobody knows the value until it shows that it was done, or until libvirt has answered for so long that it cannot be done
// any more. The same holds for what a former actuator was changing when it was killed.

/**
 * libvirt lets a call wait for a domain's other job for 30 s, and then gives it up (QEMU_JOB_WAIT_TIME in its sources). Only
 * a call that waits for a QEMU that hangs can come later than this.
 */
export const lateMs = 60_000

interface LateCall {
  /** Whether it was done, by reading. Rejects if that cannot be read. */
  readonly isDone: () => Promise<boolean>
  /** When libvirt has answered first since; performance.now(). */
  answered: number | undefined
}

export class LateCalls {
  readonly #calls = new Map<string, LateCall>()
  /** Knobs whose changes this process knows all about. */
  readonly #known = new Set<string>()
  readonly #lateMs: number

  constructor(ms: number) {
    this.#lateMs = ms
  }

  /** `knob`: what the call was about. */
  note(knob: string, isDone: () => Promise<boolean>): void {
    this.#calls.set(knob, { isDone, answered: undefined })
  }

  /**
   * Call it before each look at a knob. `isDone`: whether the value is no longer the one before the recorded change;
   * undefined without a record. At the first look, a record is from a former process, which may have been killed in the
   * middle of a call.
   */
  noteFormer(knob: string, isDone: (() => Promise<boolean>) | undefined): void {
    if (this.#known.has(knob)) return
    this.#known.add(knob)
    if (isDone !== undefined) this.note(knob, isDone)
  }

  /** Whether a call may still change the knob. Rejects if libvirt cannot be asked. */
  async mayCome(knob: string): Promise<boolean> {
    const call = this.#calls.get(knob)
    if (call === undefined) return false
    const isDone = await call.isDone()
    call.answered ??= performance.now()
    if (!isDone && performance.now() - call.answered < this.#lateMs) return true
    this.#calls.delete(knob)
    return false
  }
}
