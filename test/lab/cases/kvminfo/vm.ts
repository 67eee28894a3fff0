// Test VMs: guests/exits as a child process, and what KVM itself counted of it.

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
  /** Lets the process end, and waits for it. */
  end(): Promise<void>
}

const started = new Set<Vm>()

/** Ends what a test started and did not end, because it failed or left that to its afterEach(). */
export async function endVms(): Promise<void> {
  await Promise.all([...started].map((vm) => vm.end()))
}

/** Runs a VM until its guest is done; its process stays until end(). */
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

/** Starts `count` VMs at once, the nth with n OUTs, by a shell as churnVms(); end() of any ends all. */
export async function startVms(count: number): Promise<Vm[]> {
  // A shell gives what it puts in the background /dev/null for stdin, unless it is told otherwise.
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
 * Runs `workers` times `each` VMs, each worker's one after the other. By a shell: starting processes would leave
 * this one no time to look at them.
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

/** One of KVM's own statistics, in all VMs of a process; debugfs names them <tid of the creator>-<fd>. */
export function kvmStatistic(pid: number, name: string): number {
  const vms = readdirSync('/sys/kernel/debug/kvm').filter((entry) => entry.startsWith(`${pid}-`))
  assert.notEqual(vms.length, 0, `a VM of process ${pid} in debugfs`)
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
