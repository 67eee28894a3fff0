// Refuses requests that Node accepts, but that mean different things to different programs or that express cannot parse.
import type { IncomingMessage } from 'node:http'

/** Of a URL without a host. */
const base = 'http://localhost'

const absoluteForm = /^[a-z][a-z\d+.-]*:/i

/** False for a URL that no browser would send, such as `http://a:99999999/metrics`, and for more than one Host. */
export function isWellFormed({ url = '', rawHeaders }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  return hosts.length <= 1 && URL.canParse(url, base)
}

/**
 * Reduces the absolute form of a URL (`http://kvm1:9756/metrics`), which proxies send, to its path, and its host to the
 * Host header, as RFC 9112 (3.2.2) wants it. Express would parse it with url.parse, which Node deprecates (DEP0170) for
 * hosts that it once accepted. The request must be well-formed.
 */
export function useOriginForm(request: IncomingMessage): void {
  const { url = '', headers } = request
  if (!absoluteForm.test(url)) return
  const { host, pathname, search } = new URL(url, base)
  request.url = `${pathname.startsWith('/') ? '' : '/'}${pathname}${search}`
  headers.host = host
}
