// The answers of QEMUs over time: when one counts as hung, and that silent sockets cost other VMs nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import type { QmpSocket } from '../../../../src/sources/qmp/connection.ts'
import { type OfferedSocket, QmpStatistics } from '../../../../src/sources/qmp/qmp-statistics.ts'
import type { QmpAnswer } from '../../../../src/sources/qmp/query.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const answer: QmpAnswer = { state: 'running', vcpus: [], balloonBytes: 1, statistics: undefined }
const late = new KvminfoError('SOURCE_FAILED', 'no answer within 2000 ms')

/** QEMUs that answer or fail when the test says so, on a clock of the test. */
function qemus() {
  const procfs = scratchDirectory()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked: { readonly path: string; readonly end: (answer: QmpAnswer | KvminfoError) => void }[] = []
  const ask = ({ path }: QmpSocket) =>
    new Promise<QmpAnswer>((resolve, reject) => {
      const end = (result: QmpAnswer | KvminfoError) =>
        result instanceof KvminfoError ? reject(result) : resolve(result)
      asked.push({ path, end })
    })
  const qmp = new QmpStatistics(procfs, ask)
  onTestFinished(() => qmp.close())
  const sockets = new Map<string, OfferedSocket>()
  return {
    qmp,
    asked,
    /** A process with one thread that names the socket `path`. */
    add(path: string, pid: number, uid: number, isVouchedFor = false) {
      mkdirSync(join(procfs, `${pid}/task/${pid}`), { recursive: true })
      writeFileSync(join(procfs, `${pid}/status`), `Name:\tqemu\nUid:\t${uid}\t0\t0\t0\n`)
      sockets.set(path, { pid, path, isVouchedFor })
    },
    follow: () => qmp.follow(new Map(sockets)),
    /** Ends the conversations that are under way. */
    async endAll(result: (path: string) => QmpAnswer | KvminfoError | undefined) {
      for (const one of asked.splice(0)) {
        const end = result(one.path)
        if (end === undefined) asked.push(one)
        else one.end(end)
      }
      await vi.advanceTimersByTimeAsync(0)
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

describe('a QEMU', () => {
  it('hangs if it said that its VM runs and then misses three answers, which takes 30 s', async () => {
    const { qmp, add, follow, endAll, pass } = qemus()
    add('vm', 10, 0)
    follow()
    await endAll(() => answer)
    expect(qmp.state('vm')).toBe('running')
    let hangs = 0
    for (let seconds = 2; seconds <= 60 && hangs === 0; seconds += 2) {
      await endAll(() => late)
      if (qmp.state('vm') === 'hung') hangs = seconds
      await pass(2_000)
    }
    // Asked at 10, 20 and 30 s.
    expect(hangs).toBe(32)
    qmp.follow(new Map())
    expect(qmp.state('vm')).toBeUndefined()
  })

  it('that never answered is not called hung, and its error stays until it is asked again', async () => {
    const { qmp, add, follow, asked, endAll, pass } = qemus()
    add('vm', 10, 0)
    follow()
    for (let tick = 0; tick < 60; tick++) {
      await endAll(() => late)
      expect(qmp.statistics('vm')?.error?.code).toBe('SOURCE_FAILED')
      expect(qmp.state('vm')).toBeUndefined()
      await pass(10_000)
    }
    expect(asked.length).toBeLessThanOrEqual(1)
  })

  it('reports only threads of its own process, whatever it lists', async () => {
    const { qmp, add, follow, endAll } = qemus()
    add('vm', 10, 0)
    follow()
    const vcpus = Array.from({ length: 4_096 }, (_, id) => ({ id, tid: id + 1 }))
    await endAll(() => ({ ...answer, vcpus }))
    expect(qmp.vcpus('vm')).toEqual([{ id: 9, tid: 10 }])
  })
})

describe('160 silent sockets of one user', () => {
  const silent = (path: string) => path.startsWith('silent')

  it.each([
    ['another user', 0, false],
    ['the same user, if KVM vouches for it', 65_534, true],
  ])('do not delay a VM of %s', async (_, uid, isVouchedFor) => {
    const { qmp, add, follow, asked, endAll, pass } = qemus()
    for (let at = 0; at < 160; at++) add(`silent${at}`, 1_000 + at, 65_534)
    add('vm', 5_000, uid, isVouchedFor)
    follow()
    // Each round the silent ones still hold their places when the VM is due.
    for (let round = 0; round < 5; round++) {
      expect(asked.filter(({ path }) => silent(path)).length).toBeLessThanOrEqual(4)
      expect(asked.some(({ path }) => path === 'vm')).toBe(true)
      await endAll((path) => (silent(path) ? undefined : answer))
      expect(qmp.state('vm')).toBe('running')
      await pass(10_000)
    }
  })

  it('are asked less and less often', async () => {
    const { add, follow, asked, endAll, pass } = qemus()
    for (let at = 0; at < 160; at++) add(`silent${at}`, 1_000 + at, 65_534)
    follow()
    let questions = 0
    for (let second = 0; second < 600; second += 2) {
      await pass(2_000)
      questions += asked.length
      await endAll(() => late)
    }
    // Without pauses 4 places would be asked 1,200 times. Each socket pauses 5 s, then 10 s, … 160 s.
    expect(questions).toBeLessThan(160 * 8)
    expect(questions).toBeGreaterThan(160 * 3)
  })
})
