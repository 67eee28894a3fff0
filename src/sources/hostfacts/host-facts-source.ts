// Who tells the facts of the host; tests and fixture trees bring their own.
import type { HostFacts } from '../../model/host.ts'

export interface HostFactsSource {
  /** undefined until they were gathered once. */
  facts(): HostFacts | undefined
  close(): void
}
