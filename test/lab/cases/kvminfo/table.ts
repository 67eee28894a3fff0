// Parses /proc/kvminfo into numbers. It is stricter than the exporter's parser, because the cases test the file.

import assert from 'node:assert/strict'
import { readInPieces } from '../read-in-pieces.ts'

const columns = [
  ...['index', 'pid', 'io_num', 'exception_num', 'kvm_vm_switch_num', 'kvm_qemu_switch_num'],
  ...['signal_num', 'kvm_ns', 'halt_ns', 'user_ns', 'start_ns', 'vcpus', 'reasons'],
  ...['user_reasons', 'reason_ns', 'devices'],
] as const
const lists = ['vcpus', 'reasons', 'user_reasons', 'reason_ns', 'devices'] as const
const vcpuColumns = [
  ...['pid', 'tid', 'vcpu', 'exits_num', 'kvm_qemu_switch_num', 'io_num'],
  ...['kvm_ns', 'halt_ns', 'user_ns', 'start_ns'],
] as const

export type Column = Exclude<(typeof columns)[number], (typeof lists)[number]>

/** How often, and the time that followed; null if time is off. */
export interface Tally {
  count: number
  ns: number | null
}

/** A column is null if the file has "-". */
export type Row = Record<Column, number | null> & {
  /** Living vCPU threads: tid by vCPU id. */
  vcpus: Map<number, number>
  reasons: Record<string, number> | null
  user_reasons: Record<string, Tally>
  reason_ns: Record<string, number> | null
  /** By p<port>, m<page>, other. */
  devices: Record<string, Tally>
}

export type VcpuRow = Record<(typeof vcpuColumns)[number], number | null>

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

/** Reads /proc/kvminfo_vcpus. */
export function readVcpus(): VcpuRow[] {
  const text = readInPieces('/proc/kvminfo_vcpus', 65_536)
  assert.ok(text.endsWith('\n'), 'the last row is complete')
  const [first, titles, ...lines] = text.slice(0, -1).split('\n')
  assert.match(first!, /^kvminfo_vcpus 1 module=\S+ time=(on|off)$/)
  assert.equal(titles, vcpuColumns.join(' '))
  return lines.map((line) => {
    const cells = line.split(' ')
    assert.equal(cells.length, vcpuColumns.length)
    return Object.fromEntries(vcpuColumns.map((column, at) => [column, toNumber(cells[at]!)])) as VcpuRow
  })
}

function parseRow(line: string): Row {
  const cells = line.split(' ')
  assert.equal(cells.length, columns.length, `columns of "${line}"`)
  const cell = (column: (typeof columns)[number]): string => cells[columns.indexOf(column)]!
  const numbers = columns
    .filter((column) => !lists.some((list) => list === column))
    .map((column) => [column, toNumber(cell(column))])
  return {
    ...Object.fromEntries(numbers),
    vcpus: toVcpus(cell('vcpus')),
    reasons: toNumbers(cell('reasons')),
    user_reasons: toTallies(cell('user_reasons')),
    reason_ns: toNumbers(cell('reason_ns')),
    devices: toTallies(cell('devices')),
  }
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

function toNumbers(cell: string): Record<string, number> | null {
  if (cell === '-') return null
  assert.match(cell, /^[a-z_]+:\d+(,[a-z_]+:\d+)*$/)
  return Object.fromEntries(cell.split(',').map((pair) => [pair.split(':')[0], Number(pair.split(':')[1])]))
}

function toTallies(cell: string): Record<string, Tally> {
  if (cell === '-') return {}
  assert.match(cell, /^\w+:\d+:(\d+|-)(,\w+:\d+:(\d+|-))*$/)
  const tallies = cell.split(',').map((item) => {
    const [name, count, ns] = item.split(':')
    return [name!, { count: Number(count), ns: toNumber(ns!) }] as const
  })
  assert.equal(new Set(tallies.map(([name]) => name)).size, tallies.length, `each name once in "${cell}"`)
  return Object.fromEntries(tallies)
}
