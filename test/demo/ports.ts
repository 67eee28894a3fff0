// Chooses the ports on which the demo's programs are reachable on this machine.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Returns `wanted` if it is free on 127.0.0.1, otherwise a port that the system chooses. */
export async function freePort(wanted: number): Promise<number> {
  return (await freeOne(wanted)) ?? (await freeOne(0))!
}

async function freeOne(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return undefined
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? address?.port : undefined
}
