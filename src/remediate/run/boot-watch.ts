// Whether a guest comes up after a start. Proof is the guest agent, or disks and NICs that go on working when the firmware
// and the boot loader are done: a guest that cannot find its disk does nothing any more.
import { NoAnswer } from '../../actuator/client.ts'
import { classThresholds } from '../../model/vm-class.ts'
import { exitRates } from '../../observe/rates.ts'
import type { Sample } from '../../observe/sample.ts'
import type { Transfers } from '../../sources/domstats/transfers.ts'
import { askGuest } from '../target/guest.ts'
import type { EngineParts } from './engine-parts.ts'
import type { StartedVm } from './started-vm.ts'
import { onlyIdentity } from './store.ts'
import { transfersOf } from './window-ends.ts'

/** Seconds from the start of the VM on in which firmware and boot loader read the disk themselves. */
const firmware = 30

/** Seconds between two looks. */
const interval = 10

interface Look {
  readonly sample: Sample
  readonly transfers: Transfers | undefined
}

export class BootWatch {
  readonly vm: StartedVm
  readonly #parts: EngineParts
  readonly #since: number
  #next = 0
  #last: Look | undefined

  constructor(parts: EngineParts, vm: StartedVm) {
    this.vm = vm
    this.#parts = parts
    this.#since = parts.clock.uptime()
  }

  /** How long it has been watched. Not the age of the VM: a later process must look as long as this one. */
  get seconds(): number {
    return this.#parts.clock.uptime() - this.#since
  }

  /** To be called again and again. */
  async isUp(sample: Sample): Promise<boolean> {
    const now = this.#parts.clock.uptime()
    if (now < this.#next) return false
    this.#next = now + interval
    if (await this.#agentAnswers()) return true
    if (now - this.vm.startTick / 100 < firmware) return false
    const [before, look] = [this.#last, { sample, transfers: await transfersOf(this.#parts, this.vm) }]
    this.#last = look
    return before !== undefined && this.#isAtWork(before, look)
  }

  async #agentAnswers(): Promise<boolean> {
    try {
      return (await askGuest(this.#parts.actuator, onlyIdentity(this.vm))).answers
    } catch (error) {
      if (error instanceof NoAnswer) return false
      throw error
    }
  }

  #isAtWork(before: Look, now: Look): boolean {
    const rose = (count: (transfers: Transfers) => number | undefined): boolean =>
      before.transfers !== undefined &&
      now.transfers !== undefined &&
      (count(now.transfers) ?? 0) > (count(before.transfers) ?? 0)
    if (now.transfers !== undefined)
      return rose(({ bytes }) => bytes) || rose(({ sentPackets }) => sentPackets)
    const { pid } = this.vm
    const seconds = now.sample.clock - before.sample.clock
    const rates = exitRates(before.sample.exits?.get(pid), now.sample.exits?.get(pid), seconds)
    if (rates === undefined) return false
    return rates.kernelSwitches + rates.userspaceSwitches >= classThresholds.activeSwitches
  }
}
