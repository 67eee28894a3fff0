// The actuator's socket and its client, over real Unix sockets.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ActuatorClient, NoAnswer } from '../../../src/actuator/client.ts'
import { type ActuatorAnswer, type ActuatorRequest, maxLineBytes } from '../../../src/actuator/protocol.ts'
import { listen, type SocketParts } from '../../../src/actuator/socket.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const vm = { uuid: null, pid: 7, startTick: 8 }
const request: ActuatorRequest = { do: 'lease', vm, until: 9 }
const done: ActuatorAnswer = { outcome: 'done', before: null, after: 9 }

async function served(parts: Partial<SocketParts> = {}) {
  const { log, records } = recordedLog()
  const path = join(scratchDirectory(), 'actuate.sock')
  const asked: ActuatorRequest[] = []
  const close = await listen({
    endpoint: { path },
    answer: async (one) => {
      asked.push(one)
      return done
    },
    readPeer: () => ({ pid: 1, uid: 1000, gid: 1000 }),
    isAllowed: (uid) => uid === 1000,
    lineMs: 60_000,
    log,
    ...parts,
  })
  onTestFinished(close)
  return { path, asked, records, close }
}

/** Sends text and returns everything that comes back until the other side closes. */
async function send(path: string, ...texts: (string | Buffer)[]): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true })
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text
  })
  for (const text of texts) socket.write(text)
  await once(socket, 'end')
  socket.destroy()
  return answer
}

test('the client gets the answer to each kind of request', async () => {
  const { path, asked } = await served()
  const client = new ActuatorClient(path)
  const operation = { kind: 'nothing', vm, from: 0, to: 1 } as const
  expect(await client.lease(vm, 9)).toEqual(done)
  await client.execute(operation)
  await client.read(operation)
  await client.release(vm)
  await client.ping()
  expect(asked).toEqual([
    request,
    { do: 'execute', operation },
    { do: 'read', operation },
    { do: 'release', vm },
    { do: 'ping' },
  ])
})

test('the socket can be used by its owner and its group only, and the umask stays', async () => {
  const before = process.umask()
  const { path } = await served()
  expect(statSync(path).mode & 0o777).toBe(0o660)
  expect(process.umask()).toBe(before)
})

test('answers several lines on one connection in their order, also in pieces', async () => {
  const { path, asked } = await served()
  const line = `${JSON.stringify(request)}\n`
  const socket = connect(path)
  socket.write(line.slice(0, 5))
  socket.write(line.slice(5) + line + line.slice(0, 9))
  socket.write(line.slice(9))
  let answer = ''
  for await (const text of socket.setEncoding('utf8')) {
    answer += text
    if (answer.split('\n').length > 3) break
  }
  expect(answer).toBe(`${JSON.stringify(done)}\n`.repeat(3))
  expect(asked).toHaveLength(3)
})

test('a peer with another uid is told so, and its request is not read', async () => {
  const { path, asked, records } = await served({ isAllowed: () => false })
  const answer = await new ActuatorClient(path).lease(vm, 9)
  expect(answer).toEqual({ outcome: 'refused', reason: 'uid 1000 may not use the actuator' })
  expect(asked).toEqual([])
  expect(records.map(({ level }) => level)).toEqual(['warn'])
})

test('a peer without credentials is refused', async () => {
  const { path } = await served({ readPeer: () => undefined, isAllowed: () => true })
  expect(await send(path)).toContain('uid unknown may not use the actuator')
})

const scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
const thread = { kind: 'thread-scheduling', vm, tid: 9, threadStartTick: 8, from: scheduling, to: scheduling }

test.each([
  ['', 'the line is not JSON'],
  ['GET / HTTP/1.1', 'the line is not JSON'],
  ['{"do":"lease"', 'the line is not JSON'],
  ['null', ''],
  ['[]', ''],
  ['{"do":"reboot"}', 'do: '],
  [JSON.stringify({ ...request, more: 1 }), 'Unrecognized key: \\"more\\"'],
  [JSON.stringify({ ...request, vm: { ...vm, pid: 0 } }), 'vm.pid: '],
  [JSON.stringify({ ...request, vm: { ...vm, pid: 1.5 } }), 'vm.pid: '],
  [JSON.stringify({ ...request, vm: { ...vm, pid: -1 } }), 'vm.pid: '],
  [JSON.stringify({ ...request, vm: { ...vm, uuid: 'x'.repeat(256) } }), 'vm.uuid: '],
  [JSON.stringify({ ...request, until: -1 }), 'until: '],
  [JSON.stringify({ ...request, until: '9' }), 'until: '],
  ['{"do":"lease","vm":{"uuid":null,"pid":7,"startTick":8},"until":1e999}', 'until: '],
  [JSON.stringify({ do: 'execute', operation: { ...thread, tid: 0 } }), 'operation.tid: '],
  [JSON.stringify({ do: 'execute', operation: { ...thread, kind: 'module' } }), 'operation.kind: '],
  [
    JSON.stringify({ do: 'execute', operation: { ...thread, to: { ...scheduling, nice: 20 } } }),
    'operation.to.nice: ',
  ],
  [
    JSON.stringify({ do: 'execute', operation: { ...thread, to: { ...scheduling, rtPriority: 100 } } }),
    'operation.to.rtPriority: ',
  ],
])('a line that is no request is refused, and the connection closed: %s', async (line, reason) => {
  const { path, asked } = await served()
  const answer = await send(path, `${line}\n${JSON.stringify(request)}\n`)
  expect(answer).toContain(`"reason":"not a request: ${reason}`)
  expect(answer.split('\n')).toHaveLength(2)
  expect(asked).toEqual([])
})

test('a line that is too long is refused before its end', async () => {
  const { path, asked } = await served()
  const socket = connect({ path, allowHalfOpen: true })
  socket.on('error', () => {})
  socket.write(Buffer.alloc(maxLineBytes + 1, 'x'))
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain(`longer than ${maxLineBytes} bytes`)
  socket.destroy()
  expect(asked).toEqual([])
})

test('a client that sends no complete line is dropped', async () => {
  const { path, records } = await served({ lineMs: 10 })
  const socket = connect(path)
  socket.write('{')
  await once(socket, 'close')
  expect(records.at(-1)).toMatchObject({ level: 'warn', msg: 'a connection to the actuator was dropped' })
})

test('a client that leaves before the answer does no harm', async () => {
  const { promise: hanging, resolve: answer } = Promise.withResolvers<ActuatorAnswer>()
  const asked = Promise.withResolvers<void>()
  const { path } = await served({
    answer: (one) => {
      asked.resolve()
      return one.do === 'release' ? Promise.resolve(done) : hanging
    },
  })
  const socket = connect(path)
  socket.write(`${JSON.stringify(request)}\n`)
  await asked.promise
  socket.destroy()
  await once(socket, 'close')
  answer(done)
  expect(await new ActuatorClient(path).release(vm)).toEqual(done)
})

test('takes the place of a socket whose process was killed', async () => {
  const path = join(scratchDirectory(), 'actuate.sock')
  const script = `require('net').createServer().listen('${path}', () => process.kill(process.pid, 'SIGKILL'))`
  expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL')
  expect(existsSync(path)).toBe(true)
  await served({ endpoint: { path } })
  expect(await new ActuatorClient(path).release(vm)).toEqual(done)
})

test('does not take the place of a socket that is in use', async () => {
  const { path } = await served()
  await expect(served({ endpoint: { path } })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  expect(await new ActuatorClient(path).release(vm)).toEqual(done)
})

test('a file that is no socket is not removed', async () => {
  const path = join(scratchDirectory(), 'file')
  writeFileSync(path, 'x')
  await expect(served({ endpoint: { path } })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  expect(existsSync(path)).toBe(true)
})

test('without an answer in time, the client does not know whether it was done', async () => {
  const { path } = await served({ answer: () => new Promise(() => {}) })
  await expect(new ActuatorClient(path, 20).lease(vm, 9)).rejects.toSatisfy(
    (error) => error instanceof NoAnswer && error.wasSent,
  )
})

test.each([
  ['nothing', ''],
  ['half a line', '{"outcome":'],
  ['no JSON', 'hello\n'],
  ['an outcome that it does not know', '{"outcome":"perhaps"}\n'],
])('with %s for an answer, the client does not know either', async (_name, text) => {
  const path = join(scratchDirectory(), 's.sock')
  const server = createServer((socket) => socket.once('data', () => socket.end(text)))
  await once(server.listen(path), 'listening')
  onTestFinished(() => void server.close())
  await expect(new ActuatorClient(path).lease(vm, 9)).rejects.toSatisfy(
    (error) => error instanceof NoAnswer && error.wasSent,
  )
})

test('if nobody listens, the client knows that nothing was done', async () => {
  const path = join(scratchDirectory(), 'nobody.sock')
  await expect(new ActuatorClient(path).lease(vm, 9)).rejects.toSatisfy(
    (error) => error instanceof NoAnswer && !error.wasSent && error.message.includes('ENOENT'),
  )
})
