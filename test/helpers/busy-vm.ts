// A process that looks like a VM whose only vCPU wants a whole CPU, and others that want the same CPU.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { endWithTest, type FakeVm, startVmLike } from './fake-vm.ts'

export const busyUuid = '7a2ee3a1-4d7b-4f10-8b69-1e6b8c2f3d44'

// The worker's thread gets the name of a vCPU thread and spins.
const script = `
const { Worker } = require('worker_threads')
new Worker(\`
  const { readlinkSync, writeFileSync } = require('fs')
  const tid = readlinkSync('/proc/thread-self').split('/').at(-1)
  writeFileSync('/proc/self/task/' + tid + '/comm', 'CPU 0/KVM')
  require('worker_threads').parentPort.postMessage(tid)
  setImmediate(() => { for (;;); })
\`, { eval: true, stdout: true }).on('message', (tid) => console.log(tid))
setInterval(() => {}, 1000)`

// Spins in a thread of its own, because the main thread waits for the end of the test.
const hogScript = `${endWithTest}
new (require('worker_threads').Worker)('for (;;);', { eval: true })`

const pin = (pid: number): void => {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '0', String(pid)], { stdio: 'ignore' })
}

/** `hogs`: how many others share its CPU. Everything ends with the test. */
export async function startBusyVm(name: string, hogs: number): Promise<FakeVm> {
  const busy = await startVmLike(script, name, busyUuid)
  pin(busy.vm.pid)
  for (let hog = 0; hog < hogs; hog++) {
    const child = spawn(process.execPath, ['-e', hogScript], { stdio: ['pipe', 'ignore', 'ignore'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    pin(child.pid!)
  }
  return busy
}

/** What the kernel says of a thread: `2 1 0` is rr, priority 1, nice 0. */
export function schedulingOf(tid: number): string {
  const fields = readFileSync(`/proc/${tid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return `${fields[38]} ${fields[37]} ${fields[16]}`
}
