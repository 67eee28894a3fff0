// The answers of QEMUs over time: when one counts as hung.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { QmpStatistics } from '../../../../src/sources/qmp/qmp-statistics.ts'
import { qmpServer } from '../../../helpers/qmp-server.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const answers = { 'query-cpus-fast': [], 'query-stats': [], 'query-balloon': { actual: 1 } }

/** Asks again and again, without the interval of the timer. */
async function asked(socket: string) {
  const procfs = scratchDirectory()
  mkdirSync(join(procfs, '10'))
  writeFileSync(join(procfs, '10/status'), `Name:\tqemu\nUid:\t${process.geteuid!()}\t0\t0\t0\n`)
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const qmp = new QmpStatistics(procfs)
  onTestFinished(() => qmp.close())
  qmp.follow(new Map([['10:0', { pid: 10, path: socket }]]))
  return { qmp, again: () => void vi.advanceTimersByTime(10_000) }
}

async function silence(path: string): Promise<void> {
  rmSync(path)
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(path, resolve))
  onTestFinished(() => void silent.close())
}

it('a QEMU hangs that said that its VM runs and misses three answers', { timeout: 30_000 }, async () => {
  const socket = await qmpServer(answers)
  const { qmp, again } = await asked(socket)
  expect(qmp.state('10:0')).toBeUndefined()
  await vi.waitFor(() => expect(qmp.state('10:0')).toBe('running'), 5_000)
  await silence(socket)
  for (let missed = 1; missed <= 3; missed++) {
    again()
    if (missed < 3) await new Promise((resolve) => setTimeout(resolve, 2_300))
    if (missed < 3) expect(qmp.state('10:0')).not.toBe('hung')
  }
  await vi.waitFor(() => expect(qmp.state('10:0')).toBe('hung'), 5_000)
  qmp.follow(new Map())
  expect(qmp.state('10:0')).toBeUndefined()
})

it('a socket that never answered is not called hung', async () => {
  const path = join(scratchDirectory(), 'qmp.sock')
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => void server.close())
  const { qmp } = await asked(path)
  await vi.waitFor(() => expect(qmp.statistics('10:0')?.error?.code).toBe('SOURCE_FAILED'), 5_000)
  expect(qmp.state('10:0')).toBeUndefined()
})
