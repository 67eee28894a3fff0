// Tracks the connections and requests of a server, for its graceful stop.
import type { RequestListener, Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'

export class OpenConnections {
  /** With TLS, only the connections whose handshake is complete. */
  readonly #sockets = new Set<Socket>()
  /** The connections whose TLS handshake is not complete, by the client's address and port. */
  readonly #handshakes = new Map<string, Socket>()
  #requests = 0

  constructor(server: Server | TlsServer) {
    const isTls = 'setSecureContext' in server
    if (isTls) {
      server.on('connection', (socket: Socket) => {
        const client = clientOf(socket)
        this.#handshakes.set(client, socket)
        socket.once('close', () => this.#handshakes.delete(client))
      })
    }
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#handshakes.delete(clientOf(socket))
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    const count: RequestListener = (_request, response) => {
      this.#requests++
      response.once('close', () => this.#requests--)
    }
    server.on('request', count)
  }

  /** The number of requests that are being answered. */
  get requests(): number {
    return this.#requests
  }

  /**
   * Closes the connections on which not a single byte of a request has arrived. Node itself closes the ones that wait for
   * their next request.
   */
  closeUnused(): void {
    for (const socket of this.#handshakes.values()) socket.destroy()
    // With TLS, bytesRead counts the decrypted bytes.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}

const clientOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
