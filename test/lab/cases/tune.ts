// `kvminfo tune` on a real VM: policy, nice value and tier of its vCPU thread, by name and by the number of the thread; what
// is passed over with a reason and what never is; a time, the kill switch, and undo. Asserted against the kernel. The VM's
// vCPU never sleeps; the machine has a second CPU for everything else.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type FirmwareVm, startCompute, startReader } from './firmware/vm.ts'
import { until } from './kvminfo/until.ts'
import { canPlan, kvminfo, runs, startRemediate, tune } from './stack/remediate.ts'

let remediate: { stop(): Promise<void> }
let vm: FirmwareVm
let guarded: FirmwareVm
/** Of the VM, and its only vCPU. */
let pid: number
let tid: number

before(async () => {
  // Before the program, with which this case gets another nice value.
  vm = startCompute()
  guarded = startReader('ide', 'e1000')
  remediate = await startRemediate(
    'vms: [{name: ide, protected: true}]\nactuator: {max_realtime_priority: 50}',
  )
  await until('the VM is known', () => canPlan('sched-tier', 'compute'), 2000, 400)
  pid = qemuPid('compute')
  tid = vcpuOf(pid)
  guarded.freeze()
})

after(async () => {
  await remediate.stop()
  await vm.end()
  await guarded.end()
})

function qemuPid(name: string): number {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  const found = pids.find((one) => {
    try {
      return readFileSync(`/proc/${one}/cmdline`, 'utf8').includes(`guest=${name},`)
    } catch {
      return false
    }
  })
  return Number(found)
}

function vcpuOf(process: number): number {
  const threads = readdirSync(`/proc/${process}/task`)
  const found = threads.find(
    (one) => readFileSync(`/proc/${process}/task/${one}/comm`, 'utf8') === 'CPU 0/KVM\n',
  )
  return Number(found)
}

/** What the kernel says: `<policy> <real-time priority> <nice>`. */
function scheduling(thread: number): string {
  const text = readFileSync(`/proc/${thread}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return `${fields[38]} ${fields[37]} ${fields[16]}`
}

test('FIFO for the vCPU, asked for by the number of the thread, under a lease', () => {
  const { code, out } = tune('sched', String(tid), '--policy=fifo', '--priority=5')
  assert.equal(code, 0)
  assert.match(out, new RegExp(`thread ${tid} \\(vCPU 0\\) +other, nice 0 +fifo 5\\n`))
  assert.match(
    out,
    /Asked for by .+ on this host\. It is undone in 1[45] min.*\. Undo: kvminfo tune undo 1\n$/,
  )
  assert.equal(scheduling(tid), '1 5 0')
  assert.equal(scheduling(pid), '0 0 0')
  assert.ok(readdirSync('/run/kvminfo/leases').some((name) => name.startsWith(`${pid}-`)))
  assert.match(tune('status').out, /^Run 1: sched-tier on compute, holding\n/)
})

test('undo by the name of the VM shows what the kernel has then', () => {
  const { code, out } = tune('undo', 'compute')
  assert.equal(code, 0)
  assert.match(
    out,
    new RegExp(`^Run 1 is undone: .*\\n.*\\n +thread ${tid} \\(vCPU 0\\) +fifo 5 +other, nice 0\\n`),
  )
  assert.equal(scheduling(tid), '0 0 0')
  assert.ok(!readdirSync('/run/kvminfo/leases').some((name) => name.startsWith(`${pid}-`)))
})

test('after undo there is no cooldown; otherwise it is passed over with a reason, which the history shows', () => {
  assert.equal(tune('nice', 'compute', '-2').code, 0)
  assert.equal(scheduling(tid), '0 0 -2')
  const refused = tune('nice', 'compute', '-5')
  assert.deepEqual([refused.code, refused.out], [1, ''])
  assert.match(refused.err, /cooldown: .* add --force and --reason/)
  assert.equal(scheduling(tid), '0 0 -2')
  assert.equal(tune('nice', 'compute', '-5', '--force', '--reason=the shop is slow').code, 0)
  assert.equal(scheduling(tid), '0 0 -5')
  assert.match(kvminfo('history'), /unproven .*forced because: the shop is slow/)
})

test("the thesis's first tier, and back to the value before", () => {
  assert.equal(tune('undo', '3').code, 0)
  assert.equal(scheduling(tid), '0 0 -2')
  assert.equal(tune('undo', '2').code, 0)
  assert.equal(scheduling(tid), '0 0 0')
  assert.equal(tune('tier', String(pid), 'paper:1', '--force', '--reason=b').code, 0)
  assert.equal(scheduling(tid), '0 0 -5')
  assert.equal(tune('undo', 'compute').code, 0)
  assert.equal(scheduling(tid), '0 0 0')
})

test('nothing passes over a protected VM, a limit, or room for others', () => {
  const force = ['--force', '--reason=now']
  const other = vcpuOf(qemuPid('ide'))
  const protectedVm = tune('nice', 'ide', '-5', ...force)
  assert.deepEqual(
    [protectedVm.code, protectedVm.err],
    [1, 'kvminfo: Not done: the policy protects this VM.\n'],
  )
  assert.equal(tune('nice', String(other), '-5', ...force).code, 1)
  assert.equal(scheduling(other), '0 0 0')
  assert.match(tune('tier', 'compute', 'paper:4', ...force).err, /priority is at most 50 \(99\)/)
  assert.match(
    tune('sched', 'compute', '--policy=rr', '--priority=1', '--threads=all', ...force).err,
    /1 of the CPUs cannot be filled/,
  )
  assert.match(
    tune('sched', '1', '--policy=fifo', '--priority=1').err,
    /no VM; for other processes, use: chrt/,
  )
  assert.equal(scheduling(tid), '0 0 0')
})

test('a time ends by itself, and the kill switch ends what holds', async () => {
  const force = ['--force', '--reason=c']
  assert.equal(tune('nice', 'compute', '-3', '--for=30s', ...force).code, 0)
  assert.equal(scheduling(tid), '0 0 -3')
  await until('the time is over', () => scheduling(tid) === '0 0 0', 1000, 300)
  assert.equal(tune('sched', 'compute', '--policy=rr', '--priority=1', ...force).code, 0)
  assert.equal(scheduling(tid), '2 1 0')
  kvminfo('stop')
  await until('the policy is put back', () => scheduling(tid) === '0 0 0', 500, 300)
  assert.match(tune('nice', 'compute', '-1', ...force).err, /the kill switch is set/)
  assert.equal(scheduling(tid), '0 0 0')
  kvminfo('resume')
  assert.ok(!existsSync('/run/kvminfo/remediation.stop'))
  await until('the run has ended', async () => (await runs()).every(({ state }) => state === 'undone'), 1000)
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
