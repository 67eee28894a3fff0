// A host on files with one VM, whose run delay depends on the scheduling that the fake actuator holds; and a clock that
// passes when somebody sleeps. Everything else is real: journal, plans, engine, judge.
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Scheduling, ThreadSchedulingOperation } from '../../../src/actuator/protocol.ts'
import { isRealtimePolicy } from '../../../src/model/policy.ts'
import type { Task } from '../../../src/model/task.ts'
import { type Sample, takeSample } from '../../../src/observe/sample.ts'
import { parsePolicy } from '../../../src/policy/schema.ts'
import { type ReceivedAlert, receive } from '../../../src/remediate/journal/receive.ts'
import { storeOf } from '../../../src/remediate/journal/store.ts'
import { Engine } from '../../../src/remediate/run/engine.ts'
import type { EngineParts } from '../../../src/remediate/run/engine-parts.ts'
import { Executor, knobOf } from '../../../src/remediate/run/executor.ts'
import { identityOf, startTickOf } from '../../../src/remediate/target/identity.ts'
import { createHost } from '../../../src/sources/host.ts'
import { writeFixtureTree } from '../fixture-tree.ts'
import { type SetClock, testJournal } from '../journal.ts'
import { recordedLog } from '../recorded-log.ts'
import { scratchDirectory } from '../scratch.ts'
import { fakeActuator } from './fake-actuator.ts'

export const other: Scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
export const safe2: Scheduling = { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true }

interface Behaviour {
  /** The share of time in which the VM waits for a CPU, without and with the change. */
  without: number
  with: number
  /** CPU seconds a second that each vCPU wants; 0 is an idle VM. */
  demand: number
}

export async function simulatedHost(policyText = '') {
  const root = scratchDirectory()
  const { paths } = writeFixtureTree(root, { vms: 1, vcpus: 2 })
  const files = createHost(paths, { facts: () => undefined, close() {} })
  const taken = takeSample(await files.snapshot())
  files.close()
  const vm = { ...taken.vms[0]!, state: 'running' as const }
  const base: Sample = { ...taken, vms: [vm], cpuTime: [...taken.cpuTime!, ...taken.cpuTime!] }
  const identity = identityOf(vm, paths.procfs)!
  const actuator = fakeActuator()
  const operations = vm.vcpus.map(
    ({ tid }): ThreadSchedulingOperation => ({
      kind: 'thread-scheduling',
      vm: identity,
      tid,
      threadStartTick: startTickOf(join(paths.procfs, String(vm.pid), 'task', String(tid), 'stat'))!,
      from: other,
      to: other,
    }),
  )
  for (const operation of operations) actuator.live.set(knobOf(operation), other)
  const live = (): unknown[] => operations.map((operation) => actuator.live.get(knobOf(operation)))

  const { journal, clock, directory, database } = testJournal()
  const { log, records } = recordedLog()
  const behaviour: Behaviour = { without: 0.4, with: 0.1, demand: 0.9 }
  const tasks = new Map<number, Task>(vm.vcpus.map(({ tid }) => [tid, base.tasks!.get(tid)!]))
  let last = clock.up
  /** Lets the vCPUs run and wait since the last call. */
  const run = (): void => {
    const seconds = clock.up - last
    last = clock.up
    for (const [index, { tid }] of vm.vcpus.entries()) {
      const scheduling = actuator.live.get(knobOf(operations[index]!)) as Scheduling | undefined
      const share =
        scheduling !== undefined && isRealtimePolicy(scheduling.policy) ? behaviour.with : behaviour.without
      const task = tasks.get(tid)!
      const wanted = seconds * behaviour.demand * 1e9
      tasks.set(tid, {
        ...task,
        policy: scheduling?.policy ?? 0,
        cpuNs: task.cpuNs + wanted * (1 - share),
        runDelayNs: (task.runDelayNs ?? 0) + wanted * share,
      })
    }
  }
  const state = { isStopped: false, isGone: false }
  const policy = {
    current: { policy: parsePolicy(`instances: [kvm1]\n${policyText}`, 'policy.yml'), sha: 'p1' },
    problem: undefined as Error | undefined,
  }
  const store = storeOf(journal)
  const parts: EngineParts = {
    store,
    actuator,
    executor: new Executor(store, actuator),
    policy,
    paths,
    clock: {
      now: () => clock.now(),
      uptime: () => clock.uptime(),
      async sleep(ms, signal) {
        refuseIfAborted(signal)
        // Others get their turn, as during a real sleep.
        await new Promise((resolve) => setImmediate(resolve))
        refuseIfAborted(signal)
        clock.pass(ms)
        run()
      },
    },
    log,
    readDomain: noLibvirt,
    readMemory: noLibvirt,
    transfers: async () => undefined,
    async sample() {
      run()
      return {
        ...base,
        clock: clock.up,
        at: clock.at / 1000,
        vms: state.isGone ? [] : [vm],
        tasks: new Map(tasks),
      }
    },
    isStopped: () => state.isStopped,
  }
  const engine = new Engine(parts)
  onTestFinished(() => engine.stop())
  const alert: ReceivedAlert = {
    fingerprint: 'a1',
    startsAt: '2026-11-26T18:44:04Z',
    status: 'firing',
    labels: { alertname: 'KvmVmCpuStarved', vm: vm.label },
    request: {
      action: 'sched-tier',
      mode: 'auto',
      vm: { ...identity, label: vm.label },
      device: undefined,
      policySha: 'p1',
    },
  }
  return {
    ...{
      actuator,
      behaviour,
      clock: clock as SetClock,
      database,
      directory,
      engine,
      journal,
      live,
      log,
      operations,
    },
    ...{ parts, policy, records, state, store, vm, alert },
    /** A later process with the same journal on disk; the host and the actuator have gone on. */
    restart(): { engine: Engine; store: ReturnType<typeof storeOf> } {
      database.close()
      const next = testJournal({ directory, clock })
      const nextStore = storeOf(next.journal)
      const again = new Engine({ ...parts, store: nextStore, executor: new Executor(nextStore, actuator) })
      onTestFinished(() => again.stop())
      return { engine: again, store: nextStore }
    },
    /** An alert arrives; returns the runs that it opened. */
    fire: (changes: Partial<ReceivedAlert> = {}) =>
      receive(journal, 'sha', [{ ...alert, ...changes }]).opened,
    /** Passes, one each simulated second, until the run is in one of the states. */
    async until(id: number, ...states: readonly string[]): Promise<void> {
      for (let pass = 0; pass < 20_000; pass++) {
        if (states.includes(store.run(id)!.state)) return
        await engine.pass()
        // A measurement by turns sleeps by itself; a pass beside it takes no time.
        await new Promise((resolve) => setImmediate(resolve))
        const { state, plan } = store.run(id)!
        if (state !== 'measuring' || plan?.takesEffect !== 'live') {
          clock.pass(1000)
          run()
        }
      }
      throw new Error(`run ${id} is ${store.run(id)!.state}: ${store.run(id)!.reason}`)
    },
  }
}

/** As Node's sleep: the error is its own, and the reason only its cause. */
function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
      name: 'AbortError',
    })
}

async function noLibvirt(): Promise<never> {
  throw new Error('this host has no libvirt')
}
