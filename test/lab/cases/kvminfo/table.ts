// Parses /proc/kvminfo into numbers. It is stricter than the exporter's parser, because the cases test the file.

import assert from 'node:assert/strict'
import { readInPieces } from '../read-in-pieces.ts'

const columns = [
  ...['index', 'pid', 'io_num', 'exception_num', 'kvm_vm_switch_num', 'kvm_qemu_switch_num'],
  ...['signal_num', 'kvm_ns', 'halt_ns', 'user_ns', 'start_ns', 'vcpus', 'reasons'],
] as const

export type Column = Exclude<(typeof columns)[number], 'vcpus' | 'reasons'>

/** A column is null if the file has "-". */
export type Row = Record<Column, number | null> & {
  /** Living vCPU threads: tid by vCPU id. */
  vcpus: Map<number, number>
  reasons: Record<string, number> | null
}

export interface Table {
  head: Record<string, string>
  rows: Row[]
}

/** Reads the whole file with read() calls of at most `size` bytes. */
export function readTable(size = 65_536): Table {
  return parseTable(readInPieces('/proc/kvminfo', size))
}

/** Fails on everything that does not match abi.h exactly, and if a pid occurs twice. */
export function parseTable(text: string): Table {
  assert.ok(text.endsWith('\n'), 'the last row is complete')
  const [first = '', titles, ...lines] = text.slice(0, -1).split('\n')
  const [name, version, ...pairs] = first.split(' ')
  assert.equal(`${name} ${version}`, 'kvminfo 1')
  assert.equal(titles, columns.join(' '))
  const rows = lines.map(parseRow)
  assert.deepEqual(
    rows.map((row) => row.index),
    rows.map((_, at) => at + 1),
  )
  assert.equal(new Set(rows.map((row) => row.pid)).size, rows.length, 'one row per process')
  return { head: Object.fromEntries(pairs.map((pair) => pair.split('='))), rows }
}

export function rowOf(table: Table, pid: number): Row {
  const row = table.rows.find((each) => each.pid === pid)
  assert.ok(row, `a row for process ${pid}`)
  return row
}

function parseRow(line: string): Row {
  const cells = line.split(' ')
  assert.equal(cells.length, columns.length, `columns of "${line}"`)
  const numbers = columns.slice(0, -2).map((column, at) => [column, toNumber(cells[at]!)])
  return { ...Object.fromEntries(numbers), vcpus: toVcpus(cells.at(-2)!), reasons: toReasons(cells.at(-1)!) }
}

function toNumber(cell: string): number | null {
  if (cell === '-') return null
  assert.match(cell, /^\d+$/)
  return Number(cell)
}

function toVcpus(cell: string): Map<number, number> {
  if (cell === '-') return new Map()
  assert.match(cell, /^\d+:\d+(,\d+:\d+)*$/)
  return new Map(cell.split(',').map((pair) => pair.split(':').map(Number) as [number, number]))
}

function toReasons(cell: string): Record<string, number> | null {
  if (cell === '-') return null
  assert.match(cell, /^[a-z_]+:\d+(,[a-z_]+:\d+)*$/)
  return Object.fromEntries(cell.split(',').map((pair) => [pair.split(':')[0], Number(pair.split(':')[1])]))
}
