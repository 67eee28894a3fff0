// The web server: one HTTP or HTTPS server per endpoint, all with the same limits and the same handler. Stops gracefully.
import { once } from 'node:events'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { KvminfoError } from '../errors.ts'
import { BoundedLines } from '../log/bounded-lines.ts'
import type { Logger } from '../log/logger.ts'
import { clientRefusal } from './client-certificate.ts'
import { formatListenAddress, type ListenAddress } from './listen-address.ts'
import { createServer } from './node-http.ts'
import { OpenConnections } from './open-connections.ts'
import type { LoadedTls, WebConfigFile } from './web-config-file.ts'

/** An address to listen on, or the file descriptor of a socket that already listens. */
export type Endpoint = ListenAddress | { readonly fd: number }

/** A scrape sends a few hundred bytes at once. These limits are against clients that are slow on purpose. */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // How often Node looks for connections beyond these two.
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
  // Longer than the usual scrape intervals (15 s, 1 min), so that one connection serves many scrapes.
  keepAliveTimeout: 90_000,
}
/** A connection without any traffic is closed after this time. */
const idleTimeoutMs = 120_000
const connectionLimits = {
  /** Half of the usual limit of 1024 open files. */
  max: 512,
  // As long as Prometheus's default scrape interval, beyond which no scrape timeout can go.
  answerDeadlineMs: 60_000,
}
/** The handshake of an honest client takes less than a second. */
const handshakeTimeoutMs = 10_000

/** What clients can make the server log. */
function clientLines(log: Logger) {
  return {
    refused: new BoundedLines(log, 'warn', 'TLS client refused'),
    failed: new BoundedLines(log, 'debug', 'TLS handshake failed'),
  }
}
type ClientLines = ReturnType<typeof clientLines>

async function createServerFor(
  handler: RequestListener,
  config: WebConfigFile | undefined,
  lines: ClientLines,
): Promise<Server | TlsServer> {
  const atStart = config?.current().tls
  if (config === undefined || atStart === undefined) return createServer(limits, handler)

  // Imported on demand, because TLS takes 4 MB of memory.
  const { createServer: createTlsServer } = await import('node:https')
  const server = createTlsServer(
    {
      ...limits,
      ...atStart.options,
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: atStart.settings.clientAuth !== 'NoClientCert',
      // Certificates are checked below, by policies that OpenSSL does not have.
      rejectUnauthorized: false,
    },
    handler,
  )
  let applied: LoadedTls = atStart
  // Both listeners run before the server's own: the first before the handshake, the second before it reads a request.
  server.prependListener('connection', (socket: Socket) => {
    try {
      const { tls } = config.current()
      if (tls !== undefined && tls !== applied) {
        server.setSecureContext(tls.options)
        applied = tls
      }
    } catch {
      // WebConfigFile has logged the error.
      socket.destroy()
    }
  })
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const reason = clientRefusal(applied.settings, socket)
    if (reason === undefined) return
    lines.refused.write({ client: socket.remoteAddress, reason })
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    lines.failed.write({ client: socket.remoteAddress, err: error.message })
  })
  return server
}

function nameOf(endpoint: Endpoint): string {
  return 'fd' in endpoint ? `file descriptor ${endpoint.fd}` : formatListenAddress(endpoint)
}

/** What the usual errors mean and what to do, by the code of the system. */
const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is already in use; ss -ltnp shows by which program',
  EADDRNOTAVAIL: 'this host does not have the address; ip address shows those that it has',
  EACCES: 'this user may not use the port; ports below 1024 need root or CAP_NET_BIND_SERVICE',
  ENOTFOUND: 'the host name does not resolve to an address',
}

async function listen(server: Server, endpoint: Endpoint): Promise<void> {
  const where =
    'fd' in endpoint ? endpoint : { port: endpoint.port, ...(endpoint.host && { host: endpoint.host }) }
  try {
    await once(server.listen(where), 'listening')
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    const reason = Object.hasOwn(listenProblems, code) ? `: ${listenProblems[code]} (${code})` : ''
    throw new KvminfoError('LISTEN_FAILED', `cannot listen on ${nameOf(endpoint)}${reason}`, { cause })
  }
}

function urlOf(server: Server | TlsServer): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return `unix:${address ?? ''}`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${'setSecureContext' in server ? 'https' : 'http'}://${host}:${address.port}`
}

/** Without this, a stopping server would keep a connection open after its response, for the client's next request. */
function closeWhenAnswered(server: Server | TlsServer): void {
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
}

/** What was still open when the grace period ended: requests that were being answered, or only incomplete requests. */
export type CutOff = 'nothing' | 'requests' | 'connections'

export class WebServer {
  readonly #servers: readonly (Server | TlsServer)[]
  readonly #connections: OpenConnections

  private constructor(servers: readonly (Server | TlsServer)[], connections: OpenConnections) {
    this.#servers = servers
    this.#connections = connections
  }

  /** Resolves when the server listens on all endpoints. If one fails, it closes the others and throws LISTEN_FAILED. */
  static async start(
    endpoints: readonly Endpoint[],
    handler: RequestListener,
    config: WebConfigFile | undefined,
    log: Logger,
  ): Promise<WebServer> {
    const lines = clientLines(log)
    const connections = new OpenConnections(connectionLimits)
    const admitted: RequestListener = (request, response) => {
      if (connections.admit(request, response)) handler(request, response)
    }
    const servers = await Promise.all(endpoints.map(() => createServerFor(admitted, config, lines)))
    try {
      for (const [index, server] of servers.entries()) {
        connections.watch(server)
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

  /** Such as `http://127.0.0.1:9756`. For port 0, this is the port that the system chose. */
  get urls(): string[] {
    return this.#servers.map(urlOf)
  }

  /** Accepts no new connections, lets running requests finish for `graceMs`, then cuts off the rest. */
  stop(graceMs: number): Promise<CutOff> {
    return new Promise((resolve) => {
      const cutOff = setTimeout(() => {
        const isAnswering = this.#connections.requests > 0
        for (const server of this.#servers) server.closeAllConnections()
        // Does not wait until they are closed.
        resolve(isAnswering ? 'requests' : 'connections')
      }, graceMs)
      const closed = this.#servers.map((server) => new Promise((done) => server.close(done)))
      this.#connections.closeUnused()
      Promise.all(closed).then(() => {
        clearTimeout(cutOff)
        resolve('nothing')
      })
    })
  }
}
