// The Unix socket of the actuator: a line of JSON in, a line of JSON out. Who may connect is decided by the mode of the
// socket (0660) and again by the uid of the peer.
import { once } from 'node:events'
import { lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import type { ReadPeer } from '../native/peer-credentials.ts'
import { type ActuatorAnswer, type ActuatorRequest, maxLineBytes } from './protocol.ts'
import { parseRequest } from './request-schema.ts'

/** A path to create the socket at, or a socket that systemd has opened. */
export type SocketEndpoint = { readonly path: string } | { readonly fd: number }

export interface SocketParts {
  readonly endpoint: SocketEndpoint
  readonly answer: (request: ActuatorRequest) => Promise<ActuatorAnswer>
  readonly readPeer: ReadPeer
  readonly isAllowed: (uid: number) => boolean
  /** How long a client may take for one line, milliseconds. */
  readonly lineMs: number
  readonly log: Logger
}

/** There is one client, and people who try something beside it. */
const maxConnections = 16

/** How long a refused peer may take to read the answer, milliseconds. */
const lingerMs = 1_000

/** Resolves when it listens. Throws LISTEN_FAILED. The result closes the socket and all connections. */
export async function listen(parts: SocketParts): Promise<() => Promise<void>> {
  const { endpoint } = parts
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    serve(socket, parts)
  })
  server.maxConnections = maxConnections
  try {
    if ('path' in endpoint) await listenAt(server, endpoint.path)
    else await once(server.listen(endpoint), 'listening')
  } catch (cause) {
    const where = 'path' in endpoint ? endpoint.path : `file descriptor ${endpoint.fd}`
    throw new KvminfoError('LISTEN_FAILED', `cannot listen on ${where}`, { cause })
  }
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of open) socket.destroy()
    await closed
  }
}

async function listenAt(server: Server, path: string): Promise<void> {
  try {
    await bind(server, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || (await isTaken(path))) throw error
    // What a process left that was killed.
    rmSync(path)
    await bind(server, path)
  }
}

async function bind(server: Server, path: string): Promise<void> {
  // The socket must not have another mode even for a moment. Node binds before `listen` returns.
  const before = process.umask(0o117)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

/** Whether a process listens at the path, or it is no socket at all. */
async function isTaken(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return true
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}

function serve(socket: Socket, parts: SocketParts): void {
  const { readPeer, isAllowed, log } = parts
  socket.on('error', (error) => log.debug({ err: error }, 'connection failed'))
  const peer = readPeer(socket)
  if (peer === undefined || !isAllowed(peer.uid)) {
    log.warn({ peer }, 'a user who may not use the actuator was refused')
    refuse(socket, `uid ${peer?.uid ?? 'unknown'} may not use the actuator`)
    return
  }
  void converse(socket, parts).catch((error: unknown) => {
    log.warn({ err: error, peer }, 'a connection to the actuator was dropped')
    socket.destroy()
  })
}

function refuse(socket: Socket, reason: string): void {
  const answer: ActuatorAnswer = { outcome: 'refused', reason }
  socket.end(`${JSON.stringify(answer)}\n`)
  // Closing now would cut off a peer that is still sending, before it reads the answer.
  socket.resume()
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

class Dropped extends Error {}

async function converse(socket: Socket, { answer, lineMs, log }: SocketParts): Promise<void> {
  let rest: Buffer[] = []
  let length = 0
  const tooSlow = () => socket.destroy(new Dropped(`no complete request within ${lineMs} ms`))
  let deadline = setTimeout(tooSlow, lineMs)
  try {
    // Reads no further while a request is being answered.
    for await (const data of socket.iterator({ destroyOnReturn: false })) {
      let chunk = data as Buffer
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
        rest.push(chunk.subarray(0, end))
        if (length + end > maxLineBytes) return refuse(socket, tooLong)
        const line = Buffer.concat(rest).toString('utf8')
        ;[rest, length, chunk] = [[], 0, chunk.subarray(end + 1)]
        clearTimeout(deadline)
        const request = parseRequest(line)
        if (typeof request === 'string') {
          log.warn({ reason: request }, 'a request was not understood')
          return refuse(socket, `not a request: ${request}`)
        }
        socket.write(`${JSON.stringify(await answer(request.value))}\n`)
        deadline = setTimeout(tooSlow, lineMs)
      }
      rest.push(chunk)
      length += chunk.length
      if (length > maxLineBytes) return refuse(socket, tooLong)
    }
    socket.end()
  } finally {
    clearTimeout(deadline)
  }
}

const tooLong = `the line is longer than ${maxLineBytes} bytes`
