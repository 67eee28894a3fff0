// Limits the emulated machines that run at the same time to the number of cores. Each keeps one core busy
// (thread=single in qemu.ts), and with one more machine than cores the others would time out.

import { createServer, type Server } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'

const turns = availableParallelism()

/** An abstract socket, because the kernel frees its address however its owner ends. */
const address = (turn: number): string => `\0kvminfo-lab-${turn}`

const retryMs = 500

/** Waits until fewer labs run than this host has cores. The caller must end its turn. Throws when `signal` aborts. */
export async function takeTurn(onWait: () => void, signal: AbortSignal): Promise<{ end(): void }> {
  for (let waited = false; ; waited = true) {
    signal.throwIfAborted()
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
