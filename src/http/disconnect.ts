// Disconnects a client that does not read.
import type { Socket } from 'node:net'

/**
 * With a reset if possible, because after an orderly end the kernel would keep the unread megabytes and offer them to the
 * client for minutes. Node can reset only TCP connections without TLS.
 */
export function disconnect(stream: Socket): void {
  const isTcp = stream.remoteAddress !== undefined && !('encrypted' in stream)
  if (isTcp) stream.resetAndDestroy()
  else stream.destroy()
}
