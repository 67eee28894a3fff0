// Test VMs: guests/exits as a child process, and what KVM itself counted for it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export const exitsProgram = '/project/test/lab/guests/exits'

/** What the counters must show when the guest is done. */
interface Expected {
  io_num: number
  exception_num: number
  kvm_vm_switch_num_min: number
  kvm_qemu_switch_num: number
  signal_num: number
}

export interface Vm {
  pid: number
  /** Undefined for a guest that never ends (--rep 0). */
  expect?: Expected
  /** Ends the process and waits for it. */
  end(): Promise<void>
}

const started = new Set<Vm>()

/** Ends the VMs that a test did not end itself, because it failed or relies on afterEach(). */
export async function endVms(): Promise<void> {
  await Promise.all([...started].map((vm) => vm.end()))
}

/** Starts a VM and waits until its guest is done. The process stays until end(). */
export async function startVm(...args: string[]): Promise<Vm> {
  const child = spawn(exitsProgram, [...args, '--hold'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = exitOf(child)
  for await (const line of createInterface({ input: child.stdout! })) {
    const report = JSON.parse(line) as { pid: number; expect?: Expected }
    assert.equal(report.pid, child.pid)
    const vm: Vm = {
      ...report,
      async end() {
        started.delete(vm)
        child.stdin!.end()
        assert.equal(await exited, 0)
      },
    }
    started.add(vm)
    return vm
  }
  throw new Error(`${exitsProgram} ${args.join(' ')} ended with ${await exited} before it was ready`)
}

/** Starts `count` VMs at once, the nth with n OUTs, through a shell like churnVms(). end() of one VM ends all. */
export async function startVms(count: number): Promise<Vm[]> {
  // <&3, because a shell gives background commands /dev/null as stdin.
  const script = 'exec 3<&0; for vm in $(seq $1); do "$2" --out $vm --hold <&3 & done; wait'
  const words = ['-c', script, 'vms', String(count), exitsProgram]
  const child = spawn('sh', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = exitOf(child)
  const vms: Vm[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    const vm: Vm = {
      ...(JSON.parse(line) as { pid: number; expect: Expected }),
      async end() {
        started.delete(vm)
        child.stdin!.end()
        assert.equal(await exited, 0)
      },
    }
    started.add(vm)
    vms.push(vm)
    if (vms.length === count) return vms
  }
  throw new Error(`only ${vms.length} of ${count} VMs started`)
}

/**
 * Runs `each` VMs one after the other in each of `workers` parallel workers. A shell does it, because starting all these
 * processes would leave this process no time to watch them.
 */
export async function churnVms(workers: number, each: number, ...args: string[]): Promise<void> {
  const script = `
    workers=$1 each=$2
    shift 2
    pids=
    for worker in $(seq $workers); do
      (for vm in $(seq $each); do "$@" > /dev/null || exit 1; done) &
      pids="$pids $!"
    done
    for pid in $pids; do wait $pid || exit 1; done`
  const words = ['-c', script, 'churn', String(workers), String(each), exitsProgram, ...args]
  assert.equal(await exitOf(spawn('sh', words, { stdio: ['ignore', 'ignore', 'inherit'] })), 0)
}

/** One of KVM's own statistics, summed over all VMs of a process. debugfs names them <tid of the creator>-<fd>. */
export function kvmStatistic(pid: number, name: string): number {
  const vms = readdirSync('/sys/kernel/debug/kvm').filter((entry) => entry.startsWith(`${pid}-`))
  assert.notEqual(vms.length, 0, `debugfs has no VM of process ${pid}`)
  return vms.reduce(
    (sum, vm) => sum + Number(readFileSync(`/sys/kernel/debug/kvm/${vm}/${name}`, 'latin1')),
    0,
  )
}

function exitOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ?? code))
  })
}
