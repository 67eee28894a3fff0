// Listen addresses as Prometheus exporters spell them: `:9756`, `127.0.0.1:9756`, `[::1]:9756`, `name:9756`.
import { isIPv6 } from 'node:net'
import { KvminfoError } from '../errors.ts'

export interface ListenAddress {
  /** Without brackets; undefined is every address of the host, IPv4 and IPv6. */
  readonly host: string | undefined
  /** 0 lets the system choose. */
  readonly port: number
}

const form = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/

export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = form.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `'${text}' is not a listen address: give host:port, such as :9756, 127.0.0.1:9756 or [::1]:9756`,
    )
  }
  return { host: bracketed ?? (plain === '' ? undefined : plain), port }
}

export function formatListenAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return `:${port}`
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
