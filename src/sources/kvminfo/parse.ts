// The text of /proc/kvminfo into rows: our module's format (kmod/include/abi.h) or the 2018 thesis's.
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { requireVersion } from '../format-version.ts'
import { parseModuleRow, readTitles } from './module-row.ts'
import type { KvminfoRow } from './row.ts'
import { isThesisTitle, parseThesisRow } from './thesis-row.ts'

export interface Kvminfo {
  /** By pid. */
  readonly rows: ReadonlyMap<number, KvminfoRow>
  /** Rows that could not be read. */
  readonly problems: readonly Problem[]
}

/** `subject` is what messages call the file. Throws where the file as a whole is not ours (SOURCE_MALFORMED) or not of this release (SOURCE_VERSION). */
export function parseKvminfo(text: string, subject: string): Kvminfo {
  const lines = text.split('\n')
  // What follows the last newline: nothing, or a row that was torn.
  const rest = lines.pop()!
  const { parseRow, headerLines } = readForm(lines, subject)
  const rows = new Map<number, KvminfoRow>()
  const problems: Problem[] = []
  const malformed = (what: string): void => {
    problems.push({ subject, error: new KvminfoError('SOURCE_MALFORMED', `${subject}: ${what}`) })
  }
  for (const line of lines.slice(headerLines)) {
    const row = parseRow(line)
    if (row === undefined) malformed(`cannot read the row ${excerpt(line)}; it is left out`)
    else rows.set(row.exits.pid, row)
  }
  if (rest !== '') malformed(`the last row is torn: ${excerpt(rest)}; it is left out`)
  return { rows, problems }
}

interface Form {
  readonly parseRow: (line: string) => KvminfoRow | undefined
  readonly headerLines: number
}

function readForm(lines: readonly string[], subject: string): Form {
  const first = lines[0] ?? ''
  const version = /^kvminfo (\d+)(?: |$)/.exec(first)?.[1]
  if (version !== undefined) {
    requireVersion(version, subject)
    const titles = readTitles(lines[1] ?? '', subject)
    return { parseRow: (line) => parseModuleRow(line, titles), headerLines: 2 }
  }
  if (isThesisTitle(first)) return { parseRow: parseThesisRow, headerLines: 1 }
  throw new KvminfoError(
    'SOURCE_MALFORMED',
    `${subject} starts with ${excerpt(first)}, which is neither the kvminfo module's header nor the thesis's ` +
      'title line: unload what made it and load the kvminfo module of this release',
  )
}

/** Enough of a line to recognise it, quoted so that it cannot mess up a log. */
function excerpt(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)
}
