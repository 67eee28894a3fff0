// One emulated machine at a time: two on the same cores would each take more than twice as long, and time out.

import { createServer, type Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** An abstract socket: the kernel takes it back however its owner ends. */
const address = '\0kvminfo-lab'

const retryMs = 500

/** Waits until no other lab of this host has a machine; the caller ends its turn. */
export async function takeTurn(onWait: () => void, signal?: AbortSignal): Promise<{ end(): void }> {
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted()
    const server = await listen()
    if (server !== undefined) return { end: () => server.close() }
    if (!waited) onWait()
    await setTimeout(retryMs)
  }
}

function listen(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(address, () => resolve(server))
  })
}
