// Facts of the host that hardly change, by systeminformation. It spawns programs (lscpu, …), so it runs at start
// and then on a slow timer, never for a scrape.
import { cpu, osInfo } from 'systeminformation'
import { KvminfoError } from '../../errors.ts'
import type { HostFacts } from '../../model/host.ts'
import type { HostFactsSource } from './host-facts-source.ts'

// A new kernel needs a reboot, and with it a new start of this program; CPUs go on and off line in days.
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
        'systeminformation could not gather the facts of this host',
        { cause },
      )
    }
  }

  facts(): HostFacts | undefined {
    if (this.#facts === undefined && this.#error !== undefined) throw this.#error
    return this.#facts
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
