// `kvminfo top`: the monitor on the terminal, or its figures for scripts.
import { KvminfoError } from '../../errors.ts'
import { createHost } from '../../sources/host.ts'
import { type Feed, LiveFeed, ReplayFeed } from '../../top/feed.ts'
import { LiveFrames } from '../../top/frame/live-frames.ts'
import { runMonitor } from '../../top/monitor.ts'
import { Recorder } from '../../top/recording/recorder.ts'
import { Recording } from '../../top/recording/recording.ts'
import { type PrintFormat, printFrames } from '../../top/script/print.ts'
import { sortOrder } from '../../top/view/sort-order.ts'
import { stopSignal } from '../stop-signal.ts'
import type { TopOptions } from '../top-flags.ts'
import { version } from '../version.ts'

/** systeminformation starts programs, and no figure needs its facts. */
const noFacts = { facts: () => undefined, close() {} }

const bytesPerMib = 1024 * 1024

export async function top(options: TopOptions): Promise<void> {
  const { view: list, filter, hasThreads, isTree, intervalSeconds } = options
  const format = printFormat(options)
  // On the screen they choose what Tab shows; printed, they would do nothing.
  if (format !== undefined && list === 'vms' && (hasThreads || isTree))
    throw new KvminfoError('CONFIG_INVALID', '--threads and --tree need --view=tasks')
  const sort = { vms: sortOrder('vms', undefined), tasks: sortOrder('tasks', undefined) }
  sort[list] = sortOrder(list, options.sort)
  const feed = openFeed(options)
  try {
    if (format === undefined) {
      await runMonitor({ feed, list, sort, hasThreads, isTree, filter, intervalSeconds })
      return
    }
    const count = options.isOnce ? 1 : options.count
    const stop = new AbortController()
    void stopSignal().then(() => stop.abort())
    // main.ts says whether that is a failure.
    process.stdout.once('error', () => stop.abort())
    const choice = { sort: sort[list], filter, hasThreads, isTree, rowLimit: undefined }
    await printFrames({ feed, list, format, count, intervalSeconds, version, ...choice }, print, stop.signal)
    if (feed.isLive && feed.message !== undefined) throw new KvminfoError('CONFIG_INVALID', feed.message)
  } finally {
    feed.close()
  }
}

/** undefined: the monitor on the terminal. */
function printFormat({ isJson, isCsv, isOnce, count }: TopOptions): PrintFormat | undefined {
  if (isJson && isCsv) throw new KvminfoError('CONFIG_INVALID', '--json and --csv exclude each other')
  if (isJson) return 'json'
  if (isCsv) return 'csv'
  return isOnce || count !== undefined ? 'text' : undefined
}

function openFeed({ replay, record, recordLimit, procfs, sysfs, rundir }: TopOptions): Feed {
  if (replay !== undefined) {
    if (record === undefined) return new ReplayFeed(new Recording(replay))
    throw new KvminfoError('CONFIG_INVALID', '--record and --replay exclude each other')
  }
  const recorder = record === undefined ? undefined : new Recorder(record, recordLimit * bytesPerMib)
  const host = createHost({ procfs, sysfs, rundir }, noFacts)
  return new LiveFeed(new LiveFrames(host), recorder, () => host.close())
}

/** Waits until the reader has taken it, so that a slow reader does not fill the memory. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}
