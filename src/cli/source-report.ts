// The first lines of the log after the start: which sources are in use, what is missing, and what would help.
import type { Logger } from '../log/logger.ts'
import type { SourceState } from '../model/sources.ts'

/**
 * Logs the best available source of each fact, and the better ones that are not available, with the reason and the
 * command that would help. `states` come in the snapshot's order: for each fact, the best source first.
 */
export function reportSources(states: readonly SourceState[], log: Logger): void {
  for (const [fact, sources] of Map.groupBy(states, (state) => state.fact)) {
    // While no VM runs, no source is in use; the first one on standby will be.
    const best =
      sources.find(({ state }) => state === 'in-use') ?? sources.find(({ state }) => state === 'standby')
    if (best === undefined)
      log.warn({ fact }, 'no source available for this fact, so its metrics are missing')
    else {
      const message = best.state === 'in-use' ? 'source in use' : 'source ready; no VM uses it yet'
      log.info({ fact, source: best.source }, message)
    }

    for (const state of sources) {
      if (state === best) break
      const { source, reason, remedy } = state
      log.info(
        { fact, source, reason, ...(remedy !== undefined && { remedy }) },
        best === undefined ? 'source not available' : 'a better source is not available',
      )
    }
  }
}
