// A long-running program of a case: started, waited for until it answers, stopped.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { until } from '../kvminfo/until.ts'

export interface Service {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts `command` and returns when `readyPath` answers 200; its stderr goes to ours if it never does. */
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
      assert.equal(await exited, 0, `${file} stops by itself`)
    },
  }
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  assert.equal(child.exitCode, null, 'it still runs')
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
