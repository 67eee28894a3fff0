import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadPeerCredentials } from '../../../src/native/peer-credentials.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

async function accepted(where: string | number): Promise<Socket> {
  const server = createServer()
  await once(server.listen(where), 'listening')
  const address = server.address()!
  const client = typeof address === 'string' ? connect(address) : connect(address.port)
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    for (const one of [client, socket, server]) 'destroy' in one ? one.destroy() : one.close()
  })
  return socket
}

test('tells process and user of the peer', async () => {
  const readPeer = await loadPeerCredentials()
  const socket = await accepted(join(scratchDirectory(), 's'))
  expect(readPeer(socket)).toEqual({ pid: process.pid, uid: process.geteuid!(), gid: process.getegid!() })
})

test('tells nothing of a closed connection, or of one over TCP', async () => {
  const readPeer = await loadPeerCredentials()
  const socket = await accepted(join(scratchDirectory(), 's'))
  socket.destroy()
  expect(readPeer(socket)).toBeUndefined()
  expect(readPeer(await accepted(0))).toBeUndefined()
})
