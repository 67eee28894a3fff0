// What the first lines of the log say about where the numbers come from, what is missing, and what would help.
import type { Logger } from '../log/logger.ts'
import type { SourceState } from '../model/sources.ts'

/** `states` as the snapshot has them: of each fact, best source first. */
export function reportSources(states: readonly SourceState[], log: Logger): void {
  for (const [fact, ofFact] of Map.groupBy(states, (state) => state.fact)) {
    // Without a VM no source is in use yet; one on standby will be.
    const best =
      ofFact.find(({ state }) => state === 'in-use') ?? ofFact.find(({ state }) => state === 'standby')
    if (best === undefined) log.warn({ fact }, 'no source')
    else log.info({ fact, source: best.source }, best.state === 'in-use' ? 'source in use' : 'source ready')

    for (const state of ofFact) {
      if (state === best) break
      const { source, reason, remedy } = state
      log.info({ fact, source, reason, ...(remedy !== undefined && { remedy }) }, 'source not available')
    }
  }
}
