// What the actuator has changed on each VM and on the host, and not reversed yet: a line `<knob> was <value> set <value>` for each knob.
// Thus a change can be reversed when a lease ends, while the kill switch is set, and by another process after a crash.
// Written before the change itself. deploy/systemd/lease-sweep.sh reads the same files.
import type { FileSubject, VmFiles, VmProcess } from './vm-files.ts'

export interface Change {
  /** What the operation calls its knob and its values, encoded. */
  readonly was: string
  readonly set: string
}

export class Changes {
  readonly #files: VmFiles

  constructor(files: VmFiles) {
    this.#files = files
  }

  /** The VMs; the host is not among them. */
  list(): VmProcess[] {
    return this.#files.list()
  }

  /** By knob. Lines that make no sense are left out. */
  of(subject: FileSubject): ReadonlyMap<string, Change> {
    const lines = (this.#files.read(subject) ?? '').split('\n')
    return new Map(
      lines.flatMap((line) => {
        const [, knob, was, set] = /^([a-z0-9 -]+) was ([0-9a-f -]+) set ([0-9a-f -]+)$/.exec(line) ?? []
        return knob === undefined ? [] : [[knob, { was: was!, set: set! }]]
      }),
    )
  }

  /** Throws Node's own error. */
  put(subject: FileSubject, knob: string, change: Change): void {
    this.#write(subject, new Map(this.of(subject)).set(knob, change))
  }

  drop(subject: FileSubject, knob: string): void {
    const changes = new Map(this.of(subject))
    if (changes.delete(knob)) this.#write(subject, changes)
  }

  remove(vm: VmProcess): void {
    this.#files.remove(vm)
  }

  #write(subject: FileSubject, changes: ReadonlyMap<string, Change>): void {
    const lines = [...changes].map(([knob, { was, set }]) => `${knob} was ${was} set ${set}\n`)
    if (lines.length === 0) this.#files.remove(subject)
    else this.#files.write(subject, lines.join(''))
  }
}
