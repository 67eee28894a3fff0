// A process that looks like a VM: QEMU's command line, and a thread named like that of a vCPU.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import type { VmIdentity } from '../../src/model/remediation.ts'

const uuid = '6f1dd2f0-3c6a-4e0f-9a58-0d5a7b1f2c33'

// Names one of Node's own threads, and says which.
const script = `
const { readdirSync, writeFileSync } = require('fs')
const tid = readdirSync('/proc/self/task').map(Number).find((tid) => tid !== process.pid)
writeFileSync('/proc/self/task/' + tid + '/comm', 'CPU 0/KVM')
console.log(tid)
setInterval(() => {}, 1000)`

export interface FakeVm {
  readonly vm: VmIdentity
  readonly tid: number
  readonly threadStartTick: number
  kill(): Promise<void>
}

/** Ends the process with the test that holds the other end of its standard input, even if the test is killed. */
export const endWithTest = `process.stdin.resume().on('end', () => process.exit())`

/** Runs `script`, which prints the thread that it has named like that of a vCPU. Ends with the test. */
export async function startVmLike(script: string, name: string, uuid: string): Promise<FakeVm> {
  const args = [
    '-e',
    `${endWithTest}\n${script}`,
    '--',
    '-accel',
    'kvm',
    '-uuid',
    uuid,
    '-name',
    `guest=${name},debug-threads=on`,
  ]
  const child = spawn(process.execPath, args, {
    argv0: '/usr/bin/qemu-system-x86_64',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(kill)
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const [pid, tid] = [child.pid!, Number(line)]
  const tickOf = (path: string) => Number(readFileSync(path, 'utf8').split(') ').at(-1)!.split(' ')[19])
  return {
    vm: { uuid, pid, startTick: tickOf(`/proc/${pid}/stat`) },
    tid,
    threadStartTick: tickOf(`/proc/${pid}/task/${tid}/stat`),
    kill,
  }
}

/** Its vCPU is idle. */
export const startFakeVm = (): Promise<FakeVm> => startVmLike(script, 'fake', uuid)
