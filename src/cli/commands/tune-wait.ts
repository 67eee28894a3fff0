// Waits until a run is applied, or has ended without.
import { setTimeout as sleep } from 'node:timers/promises'
import { KvminfoError } from '../../errors.ts'
import type { RunDocument, RunSummary } from '../../remediate/approve/documents.ts'
import { plainText } from '../../remediate/page/browser/plain-text.js'

const pollMs = 250

const moving: readonly RunSummary['state'][] = [
  'received',
  'proposed',
  'approved',
  'applying',
  'measuring',
  'undoing',
]

/**
 * Shows the progress on a terminal. `isJudged`: waits for the verdict as well, which takes minutes. Rejects with
 * INTERRUPTED at Ctrl-C; the run then goes on.
 */
export async function waitForRun(
  id: number,
  read: () => Promise<RunDocument>,
  isJudged: boolean,
): Promise<RunDocument> {
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  let shown = ''
  const show = (text: string): void => {
    if (process.stderr.isTTY !== true || text === shown) return
    process.stderr.write(`\r\u001b[K${text}`)
    shown = text
  }
  try {
    for (;;) {
      const run = await read()
      if (!moving.includes(run.state)) return run
      show(progressText(run, isJudged))
      await sleep(pollMs, undefined, { signal: stop.signal })
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new KvminfoError(
      'INTERRUPTED',
      `run ${id} goes on. See it with "kvminfo tune status", undo it with "kvminfo tune undo ${id}"`,
    )
  } finally {
    show('')
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

function progressText({ id, state, waits, windows, plan }: RunDocument, isJudged: boolean): string {
  if (waits !== null) return `Run ${id} waits: ${plainText(waits)}`
  const trial = plan?.trial ?? null
  if (!isJudged || state !== 'measuring' || trial === null) return `Run ${id} is ${state} …`
  const all = trial.blocks.length * trial.windows_per_block
  return `Run ${id} is tried by turns: ${windows.length} of ${all} windows …`
}
