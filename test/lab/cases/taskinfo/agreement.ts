// Checks that a row agrees with /proc, read once before and once after the row.

import assert from 'node:assert/strict'
import type { Facts } from './proc.ts'

const growing: readonly string[] = ['utime_ns', 'stime_ns', 'exec_ns', 'run_delay_ns', 'nvcsw', 'nivcsw']
/** Columns that other threads, or running, may change between the two reads. */
const moving: readonly string[] = [...growing, 'state', 'cpu', 'comm', 'rss_kib', 'total_kib']

/** True if the thread slept throughout, so that all columns must be equal in all three. */
export function hasNotRun(first: Facts, last: Facts): boolean {
  return (
    first.state !== 'R' && last.state !== 'R' && first.nvcsw === last.nvcsw && first.nivcsw === last.nivcsw
  )
}

/** If the thread may have run, growing columns must lie between the two reads, and moving ones may be anything. */
export function assertAgrees(cells: Record<string, string>, first: Facts, last: Facts): void {
  for (const [column, cell] of Object.entries(cells)) {
    const what = `${column} of thread ${first.tid} (${first.comm}): taskinfo ${cell}, /proc ${first[column]}`
    const [low, high] = [first[column]!, last[column]!]
    if (column === 'comm' && first.kernelThread === 'yes') {
      // /proc adds what a worker is working on and the rest of a long name; neither is available to a module.
      assert.ok(low.startsWith(cell), what)
    } else if (low === high && (hasNotRun(first, last) || !moving.includes(column))) {
      assert.equal(cell, low, what)
    } else if (growing.includes(column)) {
      assert.ok(BigInt(cell) >= BigInt(low) && BigInt(cell) <= BigInt(high), `${what} … ${high}`)
    } else {
      assert.ok(moving.includes(column), `${what}, then ${high}`)
    }
  }
}
