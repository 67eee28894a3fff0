// Listen addresses as Prometheus exporters write them: `:9756`, `127.0.0.1:9756`, `[::1]:9756`, `name:9756`.
import { isIPv6 } from 'node:net'
import { KvminfoError } from '../errors.ts'

export interface ListenAddress {
  /** Without brackets; undefined means every address of the host, IPv4 and IPv6. */
  readonly host: string | undefined
  /** 0 lets the system choose a free port. */
  readonly port: number
}

const form = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/

/** Throws CONFIG_INVALID. */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = form.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `'${text}' is not a listen address: use host:port with a port up to 65535, such as :9756, 127.0.0.1:9756 or [::1]:9756`,
    )
  }
  return { host: bracketed ?? (plain === '' ? undefined : plain), port }
}

export function formatListenAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return `:${port}`
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
