// When a row, read between two looks at /proc, agrees with them.

import assert from 'node:assert/strict'
import type { Facts } from './proc.ts'

const growing: readonly string[] = ['utime_ns', 'stime_ns', 'exec_ns', 'run_delay_ns', 'nvcsw', 'nivcsw']
/** What another thread, or its own run, may change between two looks. */
const moving: readonly string[] = [...growing, 'state', 'cpu', 'comm', 'rss_kib', 'total_kib']

/** It slept throughout, so that all it shows must be the same in all three. */
export function hasNotRun(first: Facts, last: Facts): boolean {
  return (
    first.state !== 'R' && last.state !== 'R' && first.nvcsw === last.nvcsw && first.nivcsw === last.nivcsw
  )
}

/** Of a thread that may have run, what only grows lies between the two looks, and what moves may be anything. */
export function assertAgrees(cells: Record<string, string>, first: Facts, last: Facts): void {
  for (const [column, cell] of Object.entries(cells)) {
    const what = `${column} of thread ${first.tid} (${first.comm}): taskinfo ${cell}, /proc ${first[column]}`
    const [low, high] = [first[column]!, last[column]!]
    if (column === 'comm' && first.kernelThread === 'yes') {
      // /proc adds what a worker works on and the rest of a long name; neither is to be had by a module.
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
