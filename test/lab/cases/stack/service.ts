// Starts a long-running program for a case, waits until it answers, and stops it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { until } from '../kvminfo/until.ts'

export interface Service {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts `command` and returns when `readyPath` answers 200. If it never does, prints the program's stderr. */
export async function startService(
  command: readonly [string, ...string[]],
  url: string,
  readyPath: string,
): Promise<Service> {
  const [file, ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const log: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk))
  const exited = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ?? code))
  })
  try {
    await until(`${file} is ready`, () => answers(child, url + readyPath))
  } catch (error) {
    child.kill('SIGKILL')
    process.stderr.write(Buffer.concat(log))
    throw error
  }
  return {
    url,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM')
      assert.equal(await exited, 0, `${file} exits with 0 after SIGTERM`)
    },
  }
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  assert.equal(child.exitCode, null, 'the program still runs')
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
