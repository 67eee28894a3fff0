// The UNIX socket on which a QEMU offers QMP: `-qmp unix:PATH,server=on`, or a -chardev with `-mon` or `-qmp chardev:ID`.
import { isAbsolute } from 'node:path'
import type { Arguments } from './arguments.ts'
import { type Option, PairsOption, parseBoolean, parsePairs } from './option.ts'

/** The longest path that a UNIX socket can have on Linux, bytes (unix(7)). */
const maxPathBytes = 107

/**
 * The first absolute path on which this QEMU listens; undefined if there is none. Where QEMU is the client, the socket is
 * another program's. Only QEMU knows to which directory a path is relative. Sockets with TLS, telnet or WebSocket do not
 * speak QMP at once.
 */
export function qmpSocketOf(given: Arguments): string | undefined {
  const sockets: (Option | undefined)[] = []
  const chardevs = new Map<string | undefined, Option>()
  for (const chardev of given.all('chardev')) {
    if (chardev.get('backend') === 'socket' && !chardevs.has(chardev.get('id')))
      chardevs.set(chardev.get('id'), chardev)
  }
  for (const address of given.values('qmp')) {
    if (address.startsWith('unix:'))
      sockets.push(new PairsOption(parsePairs(address.slice('unix:'.length), 'path', given.budget)))
    else if (address.startsWith('chardev:')) sockets.push(chardevs.get(address.slice('chardev:'.length)))
  }
  for (const monitor of given.all('mon')) {
    given.budget.spend(1)
    if (monitor.get('mode') === 'control') sockets.push(chardevs.get(monitor.get('chardev')))
  }
  return sockets.flatMap((socket) => listeningPath(socket) ?? [])[0]
}

function listeningPath(socket: Option | undefined): string | undefined {
  const path = socket?.get('path')
  if (path === undefined || !isAbsolute(path) || Buffer.byteLength(path) > maxPathBytes) return undefined
  const isOn = (key: string) => parseBoolean(socket?.get(key)) === true
  const isPlain = socket?.get('tls-creds') === undefined && !['abstract', 'telnet', 'websocket'].some(isOn)
  return isOn('server') && isPlain ? path : undefined
}
