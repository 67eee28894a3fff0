// As many emulated machines at a time as this one has cores: each keeps one of them busy (thread=single in qemu.ts),
// and one more would let the others time out.

import { createServer, type Server } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'

const turns = availableParallelism()

/** Of an abstract socket: the kernel takes it back however its owner ends. */
const address = (turn: number): string => `\0kvminfo-lab-${turn}`

const retryMs = 500

/** Waits until a core of this host is free of labs; the caller ends its turn. */
export async function takeTurn(onWait: () => void, signal?: AbortSignal): Promise<{ end(): void }> {
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted()
    for (let turn = 0; turn < turns; turn++) {
      const server = await listen(address(turn))
      if (server !== undefined) return { end: () => server.close() }
    }
    if (!waited) onWait()
    await setTimeout(retryMs)
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => resolve(server))
  })
}
