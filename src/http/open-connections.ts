// Which connections of a server have a request, as a server that stops must know.
import type { RequestListener, Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'

export class OpenConnections {
  /** Over TLS: those whose handshake is done. */
  readonly #sockets = new Set<Socket>()
  /** By the client's address and port. */
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

  /** Requests that are being answered. */
  get requests(): number {
    return this.#requests
  }

  /** Those on which not a byte of a request has come. Node closes the ones that wait for their next request. */
  closeSilent(): void {
    for (const socket of this.#handshakes.values()) socket.destroy()
    // Over TLS these are the bytes inside of it.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}

const clientOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
