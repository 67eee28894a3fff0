// A snapshot that remembers the problems of the parts that one collector read, so that the collector need not pass them
// on.
import type { HostSnapshot, Part, Problem } from '../model/host-snapshot.ts'

export class ObservedSnapshot implements HostSnapshot {
  readonly problems = new Set<Problem>()
  readonly #snapshot: HostSnapshot

  constructor(snapshot: HostSnapshot) {
    this.#snapshot = snapshot
  }

  #observe<T>(part: Part<T>): Part<T> {
    for (const problem of part.problems) this.problems.add(problem)
    return part
  }

  vms = () => this.#observe(this.#snapshot.vms())
  vmDevices = () => this.#observe(this.#snapshot.vmDevices())
  vmAllotments = () => this.#observe(this.#snapshot.vmAllotments())
  exits = () => this.#observe(this.#snapshot.exits())
  vcpuExits = () => this.#observe(this.#snapshot.vcpuExits())
  vcpuTasks = () => this.#observe(this.#snapshot.vcpuTasks())
  vmMemory = () => this.#observe(this.#snapshot.vmMemory())
  memory = () => this.#observe(this.#snapshot.memory())
  hugePages = () => this.#observe(this.#snapshot.hugePages())
  ksm = () => this.#observe(this.#snapshot.ksm())
  pressure = () => this.#observe(this.#snapshot.pressure())
  cpuTime = () => this.#observe(this.#snapshot.cpuTime())
  bootTime = () => this.#observe(this.#snapshot.bootTime())
  hostFacts = () => this.#observe(this.#snapshot.hostFacts())
  hostFindings = () => this.#observe(this.#snapshot.hostFindings())
  sources = () => this.#observe(this.#snapshot.sources())
}
