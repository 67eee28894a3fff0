// The problems of processes that only their own command lines call VMs. Any user can start any number of them, so all that
// have the same kind of problem are one problem together.
import { type ErrorCode, KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'

/** As many as a person would check. */
const maxListed = 8

export class Unconfirmed {
  readonly #pids: number[] = []
  /** Of the first process. */
  #detail = ''

  add(pid: number, detail: string): void {
    if (this.#pids.length === 0) this.#detail = detail
    this.#pids.push(pid)
  }

  /** One problem, or none. `what`: what is wrong with `3 processes`; `subject` differs for each kind, so that each is logged. */
  problem(code: ErrorCode, subject: string, what: string): Problem[] {
    if (this.#pids.length === 0) return []
    const count = this.#pids.length === 1 ? '1 process' : `${this.#pids.length} processes`
    const listed = this.#pids.slice(0, maxListed).join(', ')
    const more = this.#pids.length > maxListed ? ', …' : ''
    const message = `${count} that neither libvirt nor KVM confirms to be a VM: ${what} (pids ${listed}${more}; ${this.#detail})`
    return [{ subject, isUnconfirmed: true, error: new KvminfoError(code, message) }]
  }
}
