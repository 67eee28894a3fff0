// Listens: one HTTP or HTTPS server per endpoint, all with the same limits and the same handler; stops gracefully.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import { refusalOfClient } from './client-certificate.ts'
import { formatListenAddress, type ListenAddress } from './listen-address.ts'
import { OpenConnections } from './open-connections.ts'
import type { LoadedTls, WebConfigFile } from './web-config-file.ts'

/** An address to bind, or the file descriptor of a socket that already listens. */
export type Endpoint = ListenAddress | { readonly fd: number }

/** A scrape sends a few hundred bytes at once; these bounds are for those that mean to be slow. */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
  // Longer than the usual scrape intervals (15 s, 1 min), so that a connection serves many scrapes.
  keepAliveTimeout: 90_000,
}
/** A connection on which nothing moves for so long is closed, also in the middle of an answer. */
const idleTimeoutMs = 120_000
/** Per endpoint. Half of the usual limit of 1024 open files. */
const maxConnections = 512
/** The handshake of a client that means it takes less than a second. */
const handshakeTimeoutMs = 10_000

function serverOf(
  handler: RequestListener,
  config: WebConfigFile | undefined,
  log: Logger,
): Server | TlsServer {
  const atStart = config?.current().tls
  if (config === undefined || atStart === undefined) return createServer(limits, handler)

  const server = createTlsServer(
    {
      ...limits,
      ...atStart.options,
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: atStart.settings.clientAuth !== 'NoClientCert',
      // Judged below, by policies that OpenSSL does not know.
      rejectUnauthorized: false,
    },
    handler,
  )
  let inForce: LoadedTls = atStart
  // Both before the server's own listeners: the first before the handshake, the second before any request is read.
  server.prependListener('connection', (socket: Socket) => {
    try {
      const { tls } = config.current()
      if (tls !== undefined && tls !== inForce) {
        server.setSecureContext(tls.options)
        inForce = tls
      }
    } catch {
      // Logged where it was found.
      socket.destroy()
    }
  })
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const reason = refusalOfClient(inForce.settings, socket)
    if (reason === undefined) return
    log.warn({ client: socket.remoteAddress, reason }, 'client refused')
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    log.debug({ client: socket.remoteAddress, err: error.message }, 'TLS handshake failed')
  })
  return server
}

function nameOf(endpoint: Endpoint): string {
  return 'fd' in endpoint ? `file descriptor ${endpoint.fd}` : formatListenAddress(endpoint)
}

async function listen(server: Server, endpoint: Endpoint): Promise<void> {
  const where =
    'fd' in endpoint ? endpoint : { port: endpoint.port, ...(endpoint.host && { host: endpoint.host }) }
  try {
    await once(server.listen(where), 'listening')
  } catch (cause) {
    throw new KvminfoError('LISTEN_FAILED', `cannot listen on ${nameOf(endpoint)}`, { cause })
  }
}

function urlOf(server: Server | TlsServer): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return `unix:${address ?? ''}`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${'setSecureContext' in server ? 'https' : 'http'}://${host}:${address.port}`
}

/** A closing server would keep an answered connection open for its client's next request. */
function closeWhenAnswered(server: Server | TlsServer): void {
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
}

/** What was still there when the time to finish was over: requests that were being answered, or only the start of some. */
export type CutOff = 'nothing' | 'requests' | 'connections'

export class WebServer {
  readonly #servers: readonly (Server | TlsServer)[]
  readonly #connections: readonly OpenConnections[]

  private constructor(servers: readonly (Server | TlsServer)[], connections: readonly OpenConnections[]) {
    this.#servers = servers
    this.#connections = connections
  }

  /** Resolves when all endpoints are bound; where one cannot be, none is. */
  static async start(
    endpoints: readonly Endpoint[],
    handler: RequestListener,
    config: WebConfigFile | undefined,
    log: Logger,
  ): Promise<WebServer> {
    const servers = endpoints.map(() => serverOf(handler, config, log))
    const connections = servers.map((server) => new OpenConnections(server))
    try {
      for (const [index, server] of servers.entries()) {
        server.maxConnections = maxConnections
        server.timeout = idleTimeoutMs
        closeWhenAnswered(server)
        await listen(server, endpoints[index]!)
      }
    } catch (error) {
      for (const server of servers) server.close()
      throw error
    }
    return new WebServer(servers, connections)
  }

  /** Such as `http://127.0.0.1:9756`; with the port that the system chose where 0 was asked for. */
  get urls(): string[] {
    return this.#servers.map(urlOf)
  }

  /** Accepts no more, lets requests finish for `graceMs`, then cuts off the rest. */
  stop(graceMs: number): Promise<CutOff> {
    return new Promise((resolve) => {
      const cutOff = setTimeout(() => {
        const isAnswering = this.#connections.some(({ requests }) => requests > 0)
        for (const server of this.#servers) server.closeAllConnections()
        // Without waiting for them to close.
        resolve(isAnswering ? 'requests' : 'connections')
      }, graceMs)
      const closed = this.#servers.map((server) => new Promise((done) => server.close(done)))
      for (const connections of this.#connections) connections.closeSilent()
      Promise.all(closed).then(() => {
        clearTimeout(cutOff)
        resolve('nothing')
      })
    })
  }
}
