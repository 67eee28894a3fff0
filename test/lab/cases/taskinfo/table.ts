// Parses /proc/taskinfo into text cells. It is stricter than the exporter's parser, because the case tests the file.

import assert from 'node:assert/strict'
import { readInPieces } from '../read-in-pieces.ts'

const columns = [
  ...['tgid', 'tid', 'comm', 'state', 'policy', 'nice', 'static_prio', 'prio', 'rt_prio', 'cpu'],
  ...['utime_ns', 'stime_ns', 'exec_ns', 'run_delay_ns', 'nvcsw', 'nivcsw', 'slice_ns'],
  ...['start_ns', 'rss_kib', 'total_kib', 'uid'],
] as const

export type Column = (typeof columns)[number]
export type Row = Record<Column, string>

export interface Table {
  head: Record<string, string>
  /** By tid. */
  rows: Map<number, Row>
}

/** Reads the whole file with read() calls of at most `size` bytes. */
export function readTable(size = 65_536): Table {
  return parseTable(readInPieces('/proc/taskinfo', size))
}

/** Fails on every line that does not match abi.h exactly, and if a tid occurs twice. */
export function parseTable(text: string): Table {
  assert.match(text, /^[\x20-\x7e\n]+$/, 'printable ASCII only')
  assert.ok(text.endsWith('\n'), 'the last row is complete')
  const [first = '', titles, ...lines] = text.slice(0, -1).split('\n')
  const [name, version, ...pairs] = first.split(' ')
  assert.equal(`${name} ${version}`, 'taskinfo 1')
  assert.equal(titles, columns.join(' '))
  const rows = new Map<number, Row>()
  for (const line of lines) {
    const cells = line.split(' ')
    assert.equal(cells.length, columns.length, `columns of "${line}"`)
    const row = Object.fromEntries(columns.map((column, at) => [column, cells[at]])) as Row
    const tid = Number(row.tid)
    assert.ok(!rows.has(tid), `thread ${tid} has two rows`)
    rows.set(tid, row)
  }
  return { head: Object.fromEntries(pairs.map((pair) => pair.split('='))), rows }
}
