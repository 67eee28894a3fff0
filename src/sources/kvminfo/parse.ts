// Parses the text of /proc/kvminfo into rows: our module's format (kmod/include/abi.h) or that of the 2018 thesis.
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { requireVersion } from '../format-version.ts'
import { parseModuleRow, readTitles } from './module-row.ts'
import type { KvminfoRow } from './row.ts'
import { isThesisTitle, parseThesisRow } from './thesis-row.ts'

export interface Kvminfo {
  /** By pid. */
  readonly rows: ReadonlyMap<number, KvminfoRow>
  /** Rows that could not be parsed. */
  readonly problems: readonly Problem[]
}

/**
 * `subject` is the file's name in messages. Throws if the file as a whole is in neither format (SOURCE_MALFORMED) or in
 * a version of our format that this program does not read (SOURCE_VERSION).
 */
export function parseKvminfo(text: string, subject: string): Kvminfo {
  const lines = text.split('\n')
  // The text after the last newline: empty, or an incomplete row.
  const rest = lines.pop()!
  const { parseRow, headerLines } = readForm(lines, subject)
  const rows = new Map<number, KvminfoRow>()
  const problems: Problem[] = []
  const malformed = (what: string): void => {
    problems.push({ subject, error: new KvminfoError('SOURCE_MALFORMED', `${subject}: ${what}`) })
  }
  for (const line of lines.slice(headerLines)) {
    const row = parseRow(line)
    if (row === undefined) malformed(`cannot parse the row ${excerpt(line)}; the row is ignored`)
    else rows.set(row.exits.pid, row)
  }
  if (rest !== '') malformed(`the last row is incomplete: ${excerpt(rest)}; the row is ignored`)
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
    `${subject} starts with ${excerpt(first)}, which is neither the header of the kvminfo module nor the title line ` +
      'of the thesis: unload the module that provides this file and load the kvminfo module of this release',
  )
}

/** Enough of a line to recognize it, quoted so that it cannot break the log's format. */
function excerpt(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)
}
