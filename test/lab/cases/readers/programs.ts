// The C program that misuses our files in /proc, and the kernel's search for memory that nobody frees.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const files = ['/proc/kvminfo', '/proc/kvminfo_vcpus', '/proc/taskinfo']

export function compileReads(): string {
  const program = '/tmp/reads'
  execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'reads.c')])
  return program
}

export interface Sums {
  operations: number
  bytes: number
  errors: number
}

export interface Reads {
  /** What it did, when it has ended. Rejects if it failed. */
  done: Promise<Sums>
}

/** Starts a reader for `seconds`. The same seed makes the same choices. `under` is a command that starts it. */
export function startReads(program: string, seed: number, seconds: number, under: string[] = []): Reads {
  const [command = '', ...words] = [...under, program, `${seed}`, `${seconds}`, ...files]
  return { done: report(spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] }), seed) }
}

async function report(child: ChildProcess, seed: number): Promise<Sums> {
  let text = ''
  child.stdout!.on('data', (chunk) => {
    text += chunk
  })
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  assert.equal(status, 0, `the reader with seed ${seed}`)
  const [operations = 0, bytes = 0, errors = 0] = text.split(' ').map(Number)
  return { operations, bytes, errors }
}

const kmemleak = '/sys/kernel/debug/kmemleak'

/** Whether the kernel has kmemleak. */
export const findsLeaks = (): boolean => existsSync(kmemleak)

/** Fails if kmemleak, on a kernel that has it, knows of memory that our modules lost. */
export function assertNoLeak(): void {
  if (!findsLeaks()) return
  // It reports only what it did not find in two scans, and nothing that is younger than five seconds.
  for (let scan = 0; scan < 3; scan++) {
    writeFileSync(kmemleak, 'scan')
    execFileSync('sleep', ['6'])
  }
  const leaks = readFileSync(kmemleak, 'latin1')
    .split(/^(?=unreferenced object)/m)
    .filter((leak) => /\[(kvminfo|taskinfo)\]/.test(leak))
  assert.deepEqual(leaks, [])
}

/**
 * Empties the kernel's log, in which some failed allocations leave a stack, which the lab would take for a complaint. Fails
 * if there is any other complaint.
 */
export function forgetFailedAllocations(): void {
  const inside = '/project/test/lab/inside'
  const complaints = readFileSync(`${inside}/complaints`, 'latin1')
    .split('\n')
    .filter((line) => line !== '' && line !== 'Call Trace')
  const log = execFileSync('sh', ['-c', `dmesg | awk -f ${inside}/kcsan.awk`], {
    encoding: 'latin1',
    maxBuffer: 2 ** 26,
  })
  assert.deepEqual(
    log.split('\n').filter((line) => complaints.some((complaint) => line.includes(complaint))),
    [],
  )
  execFileSync('dmesg', ['--clear'])
}
