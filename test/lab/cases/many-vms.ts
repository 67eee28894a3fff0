// Thousands of VMs, one after the other, in one boot: afterwards the module has no row and holds no more memory than
// before. Its argument is how many (default: 10,000).

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readTable } from './kvminfo/table.ts'
import { until } from './kvminfo/until.ts'
import { churnVms } from './kvminfo/vm.ts'
import { assertNoLeak, findsLeaks } from './readers/programs.ts'

const vms = Number(process.argv[2] ?? 10_000)
/** The first ones fill the kernel's own caches. */
const warmUp = 500
/** The module's memory for the rows and threads of 200 VMs that were never freed: a fiftieth of all. */
const grownKib = 1200

function kib(key: string): number {
  return Number(new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(readFileSync('/proc/meminfo', 'latin1'))![1])
}

async function start(count: number): Promise<void> {
  await churnVms(2, count / 2, '--out', '5', '--ports', '40', '--end-threads')
  await until('no row is left', () => readTable().rows.length === 0)
}

test(`${vms} VMs leave no row and no memory`, async () => {
  await start(warmUp)
  const before = { slab: kib('SUnreclaim'), lost: readTable().head.lost }
  const begun = performance.now()
  await start(vms)
  const grown = kib('SUnreclaim') - before.slab
  const perSecond = vms / ((performance.now() - begun) / 1000)
  console.log(`${vms} VMs, ${perSecond.toFixed(1)} a second: SUnreclaim grew by ${grown} KiB`)
  assert.equal(readTable().head.lost, before.lost)
  // A kernel that looks for leaks itself keeps a record of each object, and freed memory for a while.
  if (findsLeaks()) assertNoLeak()
  else assert.ok(grown < grownKib, `SUnreclaim grew by ${grown} KiB`)
})
