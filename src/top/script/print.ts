// Prints frames for scripts: text, JSON or CSV.
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskScope } from '../../model/task-rows.ts'
import type { Feed } from '../feed.ts'
import type { Frame } from '../frame/frame.ts'
import type { TaskChoice } from '../view/order.ts'
import { csvHead, csvRows } from './csv.ts'
import { jsonDocument } from './json.ts'
import { textReport } from './text.ts'

export type PrintFormat = 'text' | 'json' | 'csv'

export interface PrintOptions extends TaskChoice {
  readonly feed: Feed
  readonly list: 'vms' | 'tasks'
  readonly format: PrintFormat
  /** undefined: until `signal`, or the end of the recording. */
  readonly count: number | undefined
  readonly intervalSeconds: number
  readonly version: string
}

/** Resolves after the last frame, or when `signal` is aborted. `write` resolves once the text has been taken. */
export async function printFrames(
  options: PrintOptions,
  write: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { feed, list, format, count, intervalSeconds, hasThreads, isTree } = options
  const scope: TaskScope = list === 'tasks' && (hasThreads || isTree) ? 'threads' : 'processes'
  const pace = { intervalSeconds, speed: 1 }
  if (format === 'csv') await write(csvHead(list))
  for (let printed = 0; printed < (count ?? Number.POSITIVE_INFINITY) && !signal.aborted; ) {
    const frame = await feed.next(scope, 1)
    if (frame === undefined) return
    // The first frame of a host has no rates.
    if (frame.seconds !== null) {
      printed++
      await write(printedFrame(frame, options))
      if (printed === count) return
    }
    // A recording is printed at once.
    const delayMs = feed.isLive ? feed.delayMs(pace) : 0
    if (delayMs !== undefined && delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {})
  }
}

function printedFrame(frame: Frame, options: PrintOptions): string {
  if (options.format === 'json') return `${JSON.stringify(jsonDocument(frame, options))}\n`
  return options.format === 'csv' ? csvRows(frame, options) : textReport(frame, options)
}
