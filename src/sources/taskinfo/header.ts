// Parses the first two lines of /proc/taskinfo: the format version and the column titles.
import { KvminfoError } from '../../errors.ts'
import { decimal } from '../decimal.ts'
import { requireVersion } from '../format-version.ts'

const titles = [
  'tgid',
  'tid',
  'comm',
  'policy',
  'nice',
  'rt_prio',
  'cpu',
  'exec_ns',
  'run_delay_ns',
  'nvcsw',
  'nivcsw',
  'start_ns',
] as const

/** Columns of which only the list of all tasks makes use. */
const moreTitles = ['state', 'prio', 'slice_ns', 'rss_kib', 'uid'] as const

/** The index of each column that is used, and the number of columns in a row. Those of `moreTitles` can be -1: not there. */
export type Columns = Readonly<
  Record<(typeof titles)[number] | (typeof moreTitles)[number] | 'count', number>
>

interface Header {
  readonly columns: Columns
  readonly bodyStart: number
  /** The timer frequency of the kernel. */
  readonly hz: number | undefined
}

export function readHeader(bytes: Buffer, subject: string): Header {
  const firstEnd = bytes.indexOf('\n')
  const secondEnd = firstEnd === -1 ? -1 : bytes.indexOf('\n', firstEnd + 1)
  if (secondEnd === -1) {
    throw new KvminfoError('SOURCE_MALFORMED', `${subject} ends within its two header lines`)
  }
  const first = bytes.toString('latin1', 0, firstEnd)
  const version = /^taskinfo (\d+)(?: |$)/.exec(first)?.[1]
  if (version === undefined) {
    throw new KvminfoError(
      'SOURCE_MALFORMED',
      `${subject} starts with ${JSON.stringify(first.slice(0, 80))}, which is not the header of the taskinfo module: ` +
        'unload the module that provides this file and load the taskinfo module of this release',
    )
  }
  requireVersion(version, subject)
  const present = bytes.toString('latin1', firstEnd + 1, secondEnd).split(' ')
  const columns = { count: present.length } as Record<keyof Columns, number>
  for (const title of moreTitles) columns[title] = present.indexOf(title)
  for (const title of titles) {
    columns[title] = present.indexOf(title)
    if (columns[title] === -1) {
      throw new KvminfoError(
        'SOURCE_MALFORMED',
        `${subject} has no column ${title}: install the modules and the exporter from the same release`,
      )
    }
  }
  return { columns, bodyStart: secondEnd + 1, hz: decimal(/ hz=(\d+)(?: |$)/.exec(first)?.[1]) }
}
