// Reads facts of the host that hardly change, by systeminformation. This starts other programs (lscpu, …), so it happens
// at start and then on a slow timer, never during a scrape.
import { cpu } from 'systeminformation/lib/cpu.js'
import { osInfo } from 'systeminformation/lib/osinfo.js'
import { KvminfoError } from '../../errors.ts'
import type { HostFacts } from '../../model/host.ts'
import type { HostFactsSource } from './host-facts-source.ts'

// A new kernel needs a reboot, which also restarts this program. CPUs go online and offline over days.
const refreshMs = 3_600_000

export class HostFactsReader implements HostFactsSource {
  #facts: HostFacts | undefined
  #error: KvminfoError | undefined
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => void this.refresh(), refreshMs).unref()
    void this.refresh()
  }

  async refresh(): Promise<void> {
    try {
      const [processor, os] = await Promise.all([cpu(), osInfo()])
      this.#facts = {
        kernelRelease: os.kernel,
        distribution: `${os.distro} ${os.release}`.trim(),
        cpuModel: `${processor.manufacturer} ${processor.brand}`.trim(),
        cpus: processor.cores,
        sockets: processor.processors,
        virtualization: processor.flags.split(' ').find((flag) => flag === 'svm' || flag === 'vmx'),
      }
      this.#error = undefined
    } catch (cause) {
      this.#error = new KvminfoError(
        'SOURCE_FAILED',
        'systeminformation could not read the facts of this host (kernel, distribution, CPU)',
        { cause },
      )
    }
  }

  /** Throws only if no attempt has succeeded yet and the last one failed. */
  facts(): HostFacts | undefined {
    if (this.#facts === undefined && this.#error !== undefined) throw this.#error
    return this.#facts
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
