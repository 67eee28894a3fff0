// The interface for the facts of the host. Tests and fixture trees bring their own.
import type { HostFacts } from '../../model/host.ts'

export interface HostFactsSource {
  /** undefined until they have been read for the first time. */
  facts(): HostFacts | undefined
  close(): void
}
