// Removes old evidence. Runs, their steps and the chain of events stay: they are small, and a chain without its beginning
// could not be verified.
import type { Journal } from './journal.ts'

/** Bounds the write-ahead log and the time that one transaction takes. */
const batch = 10_000

const ofEndedRun = `(run_id IS NULL OR EXISTS (SELECT 1 FROM run WHERE run.id = run_id AND ended_age IS NOT NULL))`

/**
 * Deletes alerts and measured windows that are older than that, except those of open runs. At most 10,000 of each: returns
 * whether there may be more, so that the caller can do something else in between.
 */
export function prune(journal: Journal, olderThanMs: number): boolean {
  const before = journal.now.age - olderThanMs
  const isDue =
    journal.get(`SELECT 1 FROM alert WHERE age < ? AND ${ofEndedRun} LIMIT 1`, before) ??
    journal.get(`SELECT 1 FROM window WHERE age < ? AND ${ofEndedRun} LIMIT 1`, before)
  if (isDue === undefined) return false
  return journal.write('ongoing', ({ run, append }) => {
    const alerts = run(
      `DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE age < ? AND ${ofEndedRun} ORDER BY age LIMIT ${batch})`,
      before,
    ).changes
    const windows = run(
      `DELETE FROM window WHERE (run_id, n) IN (
         SELECT run_id, n FROM window WHERE age < ? AND ${ofEndedRun} ORDER BY age LIMIT ${batch})`,
      before,
    ).changes
    append(null, 'pruned', { alerts, windows, olderThanMs })
    return alerts === batch || windows === batch
  })
}
