// All tasks of the host over time: how fast the CPU time of each rose between the last two samples, by thread and by
// process. Two sets of columns are used by turns, so that ten thousand threads leave no garbage behind.
import type { TaskRows, TaskScope, TaskSnapshot } from '../model/task-rows.ts'

/** By the row of `TaskRows`. Seconds per second; NaN: not known, for example because the task is new. */
export interface TaskFigures {
  readonly cpu: Float64Array
  readonly runDelay: Float64Array
  /** Of all threads of a process, in the row of its main thread; NaN in every other row. */
  readonly processCpu: Float64Array
  readonly processRunDelay: Float64Array
  /** CPU time of all threads that live, nanoseconds; likewise. */
  readonly processCpuNs: Float64Array
  /** 1 in the row of a main thread if a thread of its process is running, or ready to. */
  readonly processRunning: Uint8Array
}

const running = 'R'.charCodeAt(0)

export class TaskHistory {
  #now: TaskRows | undefined
  #before: TaskRows | undefined
  /** The rows of `#before`, by thread ID. */
  #rowBefore = new Map<number, number>()
  #figures = emptyFigures(0)

  /** The last sample; undefined before the first. */
  get rows(): TaskRows | undefined {
    return this.#now
  }

  get figures(): TaskFigures {
    return this.#figures
  }

  /** `seconds` is the time since the previous sample; NaN for the first. */
  add(snapshot: TaskSnapshot, scope: TaskScope, seconds: number): void {
    const rows = snapshot.tasks(scope, this.#before)
    this.#before = this.#now
    this.#now = rows
    this.#compare(seconds)
  }

  #compare(seconds: number): void {
    const now = this.#now!
    const before = this.#before?.scope === now.scope ? this.#before : undefined
    const { count } = now
    if (this.#figures.cpu.length < count) this.#figures = emptyFigures(Math.ceil(count * 1.25))
    const { cpu, runDelay } = this.#figures
    const perNs = 1 / (seconds * 1e9)
    const byTid = this.#rowBefore
    for (let row = 0; row < count; row++) {
      const old = before === undefined ? undefined : byTid.get(now.tid[row]!)
      // The counts of a thread never fall while it lives, so a fall means another thread.
      if (old === undefined || !(now.cpuNs[row]! >= before!.cpuNs[old]!)) {
        cpu[row] = Number.NaN
        runDelay[row] = Number.NaN
      } else {
        cpu[row] = (now.cpuNs[row]! - before!.cpuNs[old]!) * perNs
        const waited = now.runDelayNs[row]! - before!.runDelayNs[old]!
        runDelay[row] = waited >= 0 ? waited * perNs : Number.NaN
      }
    }
    byTid.clear()
    for (let row = 0; row < count; row++) byTid.set(now.tid[row]!, row)
    this.#sumByProcess(now)
  }

  #sumByProcess({ count, pid, tid, cpuNs, state }: TaskRows): void {
    const { cpu, runDelay, processCpu, processRunDelay, processCpuNs, processRunning } = this.#figures
    processCpu.fill(Number.NaN, 0, count)
    processRunDelay.fill(Number.NaN, 0, count)
    processCpuNs.fill(Number.NaN, 0, count)
    processRunning.fill(0, 0, count)
    for (let row = 0; row < count; row++) {
      // The map has the row of every thread, so also that of the main thread.
      const main = pid[row] === tid[row] ? row : this.#rowBefore.get(pid[row]!)
      if (main === undefined) continue
      processCpuNs[main] = sum(processCpuNs[main]!, cpuNs[row]!)
      processCpu[main] = sum(processCpu[main]!, cpu[row]!)
      processRunDelay[main] = sum(processRunDelay[main]!, runDelay[row]!)
      if (state[row] === running) processRunning[main] = 1
    }
  }
}

/** What is not known does not count. */
function sum(a: number, b: number): number {
  if (Number.isNaN(a)) return b
  return Number.isNaN(b) ? a : a + b
}

function emptyFigures(length: number): TaskFigures {
  return {
    cpu: new Float64Array(length),
    runDelay: new Float64Array(length),
    processCpu: new Float64Array(length),
    processRunDelay: new Float64Array(length),
    processCpuNs: new Float64Array(length),
    processRunning: new Uint8Array(length),
  }
}
