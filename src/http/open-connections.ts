// The open connections of a server. Their number is limited. If all places are taken, a new client does not wait: another
// connection gives way to it, so that clients that do nothing keep nobody out. Also knows what a graceful stop waits for.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { clientNetwork } from './client-network.ts'
import { disconnect } from './disconnect.ts'
import { countByNetwork } from './network-counts.ts'

interface Connection {
  /** What the server accepted. With TLS, the encrypted side. */
  readonly socket: Socket
  readonly network: string
  /** What requests come from; undefined until the TLS handshake is complete. */
  stream: Socket | undefined
  /** The request that is being answered; undefined between requests. */
  response: ServerResponse | undefined
  /** Whether the connection is closed after this answer. */
  isLast: boolean
  /** When the client last did what we wait for: it connected, sent a complete request, or took a part of an answer. */
  movedMs: number
}

export interface ConnectionLimits {
  /** The number of connections on all endpoints together. */
  readonly max: number
  /** A connection is closed if an answer is not complete so long after its request, in milliseconds. */
  readonly answerDeadlineMs: number
}

export class OpenConnections {
  readonly #limits: ConnectionLimits
  readonly #now: () => number
  readonly #all = new Set<Connection>()
  readonly #byStream = new WeakMap<Socket, Connection>()
  /** The connections whose TLS handshake is not complete, by the client's address and port. */
  readonly #handshakes = new Map<string, Connection>()

  constructor(limits: ConnectionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** To be called before the server listens. */
  watch(server: Server | TlsServer): void {
    // For sockets that are not counted until their handshake is complete (see #expectHandshake), and as a second bolt. One
    // more than the limit, because a new connection is there before an old one gives way.
    server.maxConnections = this.#limits.max + 1
    if (!('setSecureContext' in server)) {
      server.on('connection', (socket: Socket) => this.#open(socket, this.#add(socket)))
      return
    }
    server.on('connection', (socket: Socket) => this.#expectHandshake(socket))
    server.on('secureConnection', (stream: Socket) => {
      this.#open(stream, this.#handshakes.get(clientOf(stream)) ?? this.#add(stream))
    })
  }

  /** The number of requests that are being answered. */
  get requests(): number {
    return [...this.#all].filter(({ response }) => response !== undefined).length
  }

  /**
   * Whether to answer this request. If the client sent it before it had the answer to its last one (pipelining), the
   * answer is no: the connection is closed after the first answer, as HTTP allows. No scraper or browser does this, and
   * thousands of requests fit into one packet.
   */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const connection = this.#byStream.get(socket)
    if (connection === undefined) return true
    if (connection.response !== undefined) {
      if (!connection.isLast) connection.response.once('close', () => socket.destroySoon())
      connection.isLast = true
      return false
    }
    connection.response = response
    const moved = () => {
      connection.movedMs = this.#now()
    }
    moved()
    response.on('drain', moved)
    const deadline = setTimeout(() => disconnect(socket), this.#limits.answerDeadlineMs).unref()
    response.once('close', () => {
      clearTimeout(deadline)
      connection.response = undefined
      moved()
    })
    return true
  }

  /**
   * Closes the connections on which not a single byte of a request has arrived. Node itself closes the ones that wait for
   * their next request.
   */
  closeUnused(): void {
    // With TLS, bytesRead counts the decrypted bytes.
    for (const { socket, stream } of this.#all) if ((stream?.bytesRead ?? 0) === 0) socket.destroy()
  }

  #expectHandshake(socket: Socket): void {
    // Nothing but the client's address and port links this socket to the stream that follows. Over a Unix socket there is
    // no such link, and the connection counts once its handshake is complete.
    if (socket.remoteAddress === undefined) return
    const client = clientOf(socket)
    this.#handshakes.set(client, this.#add(socket))
    socket.once('close', () => this.#handshakes.delete(client))
  }

  #open(stream: Socket, connection: Connection): void {
    this.#handshakes.delete(clientOf(stream))
    connection.stream = stream
    this.#byStream.set(stream, connection)
  }

  #add(socket: Socket): Connection {
    const connection: Connection = {
      socket,
      network: clientNetwork(socket.remoteAddress),
      stream: undefined,
      response: undefined,
      isLast: false,
      movedMs: this.#now(),
    }
    this.#all.add(connection)
    socket.once('close', () => this.#all.delete(connection))
    if (this.#all.size > this.#limits.max) this.#close(this.#leastEntitled(connection))
    return connection
  }

  #close(connection: Connection): void {
    this.#all.delete(connection)
    if (stageOf(connection) === 1) disconnect(connection.stream ?? connection.socket)
    else connection.socket.destroy()
  }

  /**
   * The connection that gives way to `newcomer`. It is one of the network that has the most connections. Of these, first
   * come the ones between requests and those without a complete request, then those that read an answer, then those that
   * wait for one. If there are several, it is the one that has not moved for the longest time.
   */
  #leastEntitled(newcomer: Connection): Connection {
    const sizes = countByNetwork(this.#all)
    const [first, ...others] = [...this.#all].filter((connection) => connection !== newcomer)
    return others.reduce((least, connection) => {
      const order =
        sizes.get(connection.network)! - sizes.get(least.network)! ||
        stageOf(least) - stageOf(connection) ||
        least.movedMs - connection.movedMs
      return order > 0 ? connection : least
    }, first!)
  }
}

/** 0 between requests, 1 while the client reads an answer, 2 while it waits for one. */
function stageOf({ response }: Connection): number {
  if (response === undefined) return 0
  return response.headersSent ? 1 : 2
}

const clientOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
