// Who is at the other end of a Unix socket: SO_PEERCRED of unix(7). Node does not tell.
import type { Socket } from 'node:net'

// asm-generic/socket.h: the same on x86 and arm64.
const levelSocket = 1
const peerCredentials = 17
/** struct ucred: pid, uid and gid, 32 bits each. */
const ucredBytes = 12

interface PeerCredentials {
  /** As numbered in this program's namespaces, at the time when the peer connected. */
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** undefined if the connection is closed already, or is no Unix socket. */
export type ReadPeer = (socket: Socket) => PeerCredentials | undefined

/** Throws if libc cannot be loaded. */
export async function loadPeerCredentials(): Promise<ReadPeer> {
  const { default: koffi } = await import('koffi')
  const getSocketOption = koffi
    .load('libc.so.6')
    .func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)')
  return (socket) => {
    const fd = fdOf(socket)
    if (fd === undefined) return undefined
    const value = Buffer.alloc(ucredBytes)
    const length = [ucredBytes]
    const failed = getSocketOption(fd, levelSocket, peerCredentials, value, length) !== 0
    if (failed || length[0] !== ucredBytes) return undefined
    const credentials = { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) }
    // What the kernel gives for a socket that has no such peer.
    return credentials.pid === 0 && credentials.uid === 0xffff_ffff ? undefined : credentials
  }
}

/** Node has no public access to it, but its own cluster module and many packages use this field. */
function fdOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null }
  const fd = handle?.fd
  return fd !== undefined && fd >= 0 ? fd : undefined
}
