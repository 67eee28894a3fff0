// What the actuator has changed on each VM and not reversed yet: a line `<knob> was <value> set <value>` for each knob.
// Thus a change can be reversed when a lease ends, while the kill switch is set, and by another process after a crash.
// Written before the change itself. deploy/systemd/lease-sweep.sh reads the same files.
import type { VmFiles, VmProcess } from './vm-files.ts'

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

  list(): VmProcess[] {
    return this.#files.list()
  }

  /** By knob. Lines that make no sense are left out. */
  of(vm: VmProcess): ReadonlyMap<string, Change> {
    const lines = (this.#files.read(vm) ?? '').split('\n')
    return new Map(
      lines.flatMap((line) => {
        const [, knob, was, set] = /^([a-z0-9 -]+) was ([0-9 -]+) set ([0-9 -]+)$/.exec(line) ?? []
        return knob === undefined ? [] : [[knob, { was: was!, set: set! }]]
      }),
    )
  }

  /** Throws Node's own error. */
  put(vm: VmProcess, knob: string, change: Change): void {
    this.#write(vm, new Map(this.of(vm)).set(knob, change))
  }

  drop(vm: VmProcess, knob: string): void {
    const changes = new Map(this.of(vm))
    if (changes.delete(knob)) this.#write(vm, changes)
  }

  remove(vm: VmProcess): void {
    this.#files.remove(vm)
  }

  #write(vm: VmProcess, changes: ReadonlyMap<string, Change>): void {
    const lines = [...changes].map(([knob, { was, set }]) => `${knob} was ${was} set ${set}\n`)
    if (lines.length === 0) this.#files.remove(vm)
    else this.#files.write(vm, lines.join(''))
  }
}
