// The case's two C programs: compiles them in the lab, and starts the threads of threads.c.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export function compile(name: 'threads' | 'storm'): string {
  const program = join('/tmp', name)
  execFileSync('gcc', ['-O1', '-pthread', '-o', program, join(import.meta.dirname, `${name}.c`)])
  return program
}

export interface Threads {
  /** The tid of each role. */
  tids: Map<string, number>
  stop(): void
}

export async function startThreads(program: string): Promise<Threads> {
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  const tids = new Map<string, number>()
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === 'ready') return { tids, stop: () => child.stdin!.end() }
    const [role = '', tid] = line.split(' ')
    tids.set(role, Number(tid))
  }
  throw new Error(`${program} ended before it was ready`)
}
