// QMP: a recorded QEMU, and servers that do not behave like one.
import { readFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { queryQmp } from '../../../../src/sources/qmp/query.ts'
import { qmpServer } from '../../../helpers/qmp-server.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const uid = process.geteuid!()

const recorded = JSON.parse(
  readFileSync(new URL('../../../fixtures/qemu-7.2-qmp/answers.json', import.meta.url), 'utf8'),
) as { cpus: object[]; stats: object[] }
const noBalloon =
  '{"error": {"class": "DeviceNotActive", "desc": "No balloon device has been activated"}}\r\n'
const qemu = { 'query-cpus-fast': recorded.cpus, 'query-stats': recorded.stats, 'query-balloon': noBalloon }

describe('a recorded QEMU', () => {
  it('reports its vCPU threads and the sums of their statistics', async () => {
    expect(await queryQmp({ path: await qmpServer(qemu), uid }, 1_000)).toEqual({
      state: 'running',
      vcpus: [
        { id: 0, tid: 29_443 },
        { id: 1, tid: 29_444 },
      ],
      statistics: { signal_exits: 4, fpu_reload: 1_015, io_exits: 0, exits: 2_193 },
      balloonBytes: undefined,
    })
  })

  it('reports its balloon if it has one', async () => {
    const path = await qmpServer({ ...qemu, 'query-balloon': { actual: 67_108_864 } })
    expect((await queryQmp({ path, uid }, 1_000)).balloonBytes).toBe(67_108_864)
  })

  it('may send events in between, and its answers in pieces', async () => {
    const event = '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\r\n'
    const answer = `${event}${JSON.stringify({ return: recorded.cpus })}\r\n`
    const path = await qmpServer({ ...qemu, 'query-cpus-fast': answer })
    expect((await queryQmp({ path, uid }, 1_000)).vcpus).toHaveLength(2)
  })

  it('gives no statistics if one vCPU lacks one of them', async () => {
    const stats = [{ provider: 'kvm', stats: [{ name: 'exits', value: 3 }] }]
    const answer = await queryQmp(
      { path: await qmpServer({ ...qemu, 'query-stats': [...recorded.stats, ...stats] }), uid },
      1_000,
    )
    expect(answer.statistics).toBeUndefined()
    expect(answer.vcpus).toHaveLength(2)
  })

  it('gives no statistics if it does not use KVM', async () => {
    expect(
      (await queryQmp({ path: await qmpServer({ ...qemu, 'query-stats': [] }), uid }, 1_000)).statistics,
    ).toBeUndefined()
  })
})

const thread = (at: number) => ({ 'cpu-index': at, 'thread-id': at + 1 })

describe('fails within the deadline', () => {
  const old =
    '{"error": {"class": "CommandNotFound", "desc": "The command query-stats has not been found"}}\r\n'

  it.each([
    ['a QEMU before 7.1', { ...qemu, 'query-stats': old }, undefined, 'has not been found'],
    ['an answer in another format', { ...qemu, 'query-cpus-fast': [{ cpu: 0 }] }, undefined, 'cpu-index'],
    [
      'more threads than a VM can have',
      { ...qemu, 'query-cpus-fast': Array.from({ length: 5_000 }, (_, at) => thread(at)) },
      undefined,
      'too_big',
    ],
    [
      'more values than an answer can have',
      { ...qemu, 'query-cpus-fast': Array.from({ length: 250_000 }, () => 1) },
      undefined,
      'more than 200000 values',
    ],
    ['values in depth', { ...qemu, 'query-stats': '['.repeat(300_000).concat('\r\n') }, undefined, 'values'],
    ['an answer that is not JSON', { ...qemu, 'query-cpus-fast': 'hello\r\n' }, undefined, 'JSON'],
    ['a server that is not a QEMU', {}, 'SSH-2.0-OpenSSH_9.2\r\n', 'JSON'],
    ['JSON that is not a greeting', {}, '{"jsonrpc": "2.0"}\r\n', 'does not speak QMP'],
    ['no answer', {}, undefined, 'no answer within 300 ms'],
    ['no greeting, as while QEMU serves another client', {}, '', 'another client may be connected'],
  ])('with %s', async (_, answers, hello, message) => {
    const path = await qmpServer(answers, hello)
    await expect(queryQmp({ path, uid }, 300)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining(message),
    })
  })

  it('with an answer without end', async () => {
    const path = await qmpServer({ ...qemu, 'query-cpus-fast': 'x'.repeat(5 * 1024 * 1024) })
    await expect(queryQmp({ path, uid }, 10_000)).rejects.toMatchObject({
      message: expect.stringContaining('the answer is longer than 4194304 bytes'),
    })
  })

  it('with a socket without a QEMU', async () => {
    await expect(queryQmp({ path: '/nonexistent/qmp.sock', uid }, 300)).rejects.toMatchObject({
      code: 'SOURCE_ABSENT',
    })
  })
})

it('does not stay connected', async () => {
  const path = await qmpServer(qemu)
  await queryQmp({ path, uid }, 1_000)
  const next = createConnection(path)
  onTestFinished(() => void next.destroy())
  await new Promise((resolve) => next.once('data', resolve))
})

describe('a socket that another user than QEMU’s owns', () => {
  it('is refused without a connection', async () => {
    let connections = 0
    const path = join(scratchDirectory(), 'qmp.sock')
    const server = createServer(() => connections++)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => void server.close())
    await expect(queryQmp({ path, uid: uid + 1 }, 300)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining(`belongs to user ${uid}, but its QEMU runs as user ${uid + 1}`),
    })
    // A later query that does connect is the first connection, so the refused one made none.
    await expect(queryQmp({ path, uid }, 100)).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    expect(connections).toBe(1)
  })
})

it.each([
  ['running', 'running'],
  ['paused', 'paused'],
  ['io-error', 'paused'],
  ['prelaunch', 'paused'],
  ['inmigrate', 'migrating'],
  ['postmigrate', 'migrating'],
  ['guest-panicked', 'crashed'],
  ['suspended', 'suspended'],
  ['shutdown', 'shutdown'],
])('gives QEMU’s state %s as %s', async (status, state) => {
  const path = await qmpServer({ ...qemu, 'query-status': { status, running: status === 'running' } })
  expect((await queryQmp({ path, uid }, 1_000)).state).toBe(state)
})
