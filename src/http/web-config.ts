// Turns the text of the web configuration file that all Prometheus exporters share (exporter-toolkit's
// web-configuration.md) into settings. Reads no files itself; it only resolves their paths.
import { validateHeaderValue } from 'node:http'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { parseYaml } from '../config/parse-yaml.ts'
import { parseGoDuration } from './go-duration.ts'
import { type ClientAuthType, cipherSuites, clientAuthTypes, curves, tlsVersions } from './tls-names.ts'

/** A file to read, or its contents as given in the configuration itself. */
export type Pem = { readonly file: string } | { readonly text: string }

export interface TlsSettings {
  readonly certificate: Pem
  readonly key: Pem
  readonly clientAuth: ClientAuthType
  readonly clientCa: Pem | undefined
  readonly clientAllowedSans: readonly string[] | undefined
  /** Versions, cipher suites and curves are named as in the file. */
  readonly minVersion: keyof typeof tlsVersions
  readonly maxVersion: keyof typeof tlsVersions
  /** Empty means OpenSSL's default; the same for `curves`. */
  readonly cipherSuites: readonly (keyof typeof cipherSuites)[]
  readonly curves: readonly (keyof typeof curves)[]
  readonly prefersServerCiphers: boolean
}

export interface WebConfig {
  readonly tls: TlsSettings | undefined
  /** True only if the file says so. Express on Node cannot serve HTTP/2, and the operator should know. */
  readonly asksForHttp2: boolean
  readonly headers: Readonly<Record<string, string>>
  /** bcrypt hash by user name. Empty means that no password is needed. */
  readonly users: ReadonlyMap<string, string>
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined
}

const namesOf = <Table extends object>(table: Table) => z.enum(Object.keys(table) as (keyof Table & string)[])

const tlsSchema = z
  .strictObject({
    cert: z.string().optional(),
    key: z.string().optional(),
    cert_file: z.string().optional(),
    key_file: z.string().optional(),
    client_auth_type: z.enum(clientAuthTypes).optional(),
    client_ca: z.string().optional(),
    client_ca_file: z.string().optional(),
    client_allowed_sans: z.array(z.string()).optional(),
    min_version: namesOf(tlsVersions).optional(),
    max_version: namesOf(tlsVersions).optional(),
    cipher_suites: z.array(namesOf(cipherSuites)).optional(),
    curve_preferences: z.array(namesOf(curves)).optional(),
    prefer_server_cipher_suites: z.boolean().optional(),
  })
  .superRefine((tls, context) => {
    const problem = tlsProblem(tls)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

function tlsProblem(tls: Record<string, unknown>): string | undefined {
  if (Object.keys(tls).length === 0) return undefined
  for (const name of ['cert', 'key', 'client_ca']) {
    if (tls[name] && tls[`${name}_file`]) return `give ${name} or ${name}_file, not both`
  }
  for (const name of ['cert', 'key']) {
    if (!tls[name] && !tls[`${name}_file`]) return `${name} or ${name}_file is missing`
  }
  const auth = (tls.client_auth_type ?? 'NoClientCert') as ClientAuthType
  const hasCa = Boolean(tls.client_ca || tls.client_ca_file)
  if (hasCa && auth === 'NoClientCert')
    return 'a client CA is given, but client_auth_type does not ask for a certificate'
  if (!hasCa && auth.includes('Verify')) return `client_auth_type ${auth} needs client_ca_file or client_ca`
  if (tls.client_allowed_sans && !auth.startsWith('Require')) {
    return 'client_allowed_sans needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert'
  }
  return undefined
}

/** The headers that Prometheus lets an operator set, with the allowed values; undefined allows any. */
const settableHeaders: Readonly<Record<string, readonly string[] | undefined>> = {
  'Strict-Transport-Security': undefined,
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': undefined,
  'Content-Security-Policy': undefined,
}

function headerProblem(name: string, value: string): string | undefined {
  if (!Object.hasOwn(settableHeaders, name)) {
    return `this header cannot be set; these can: ${Object.keys(settableHeaders).join(', ')}`
  }
  const allowed = settableHeaders[name]
  if (allowed !== undefined && !allowed.includes(value)) return `must be ${allowed.join(' or ')}`
  try {
    validateHeaderValue(name, value)
    return undefined
  } catch {
    return 'contains a character that is not allowed in headers'
  }
}

const headersSchema = z.record(z.string(), z.string()).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    const message = headerProblem(name, value)
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] })
  }
})

/** The output of `htpasswd -B`: version, cost from 4 to 31, 22 characters of salt and 31 of hash. */
const bcryptHash = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/

const usersSchema = z.record(
  z.string(),
  z.string().regex(bcryptHash, 'is not a bcrypt hash; create one with: htpasswd -nBC 10 ""'),
)

const duration = z.preprocess(
  (value) => (value === 0 ? '0' : value),
  z.string('must be a duration such as 1s or 100ms').transform((text, context) => {
    const milliseconds = parseGoDuration(text)
    if (milliseconds === undefined) {
      context.addIssue({ code: 'custom', message: 'must be a duration such as 1s or 100ms' })
      return z.NEVER
    }
    return milliseconds
  }),
)

const schema = z.strictObject({
  tls_server_config: tlsSchema.nullish(),
  http_server_config: z
    .strictObject({ http2: z.boolean().optional(), headers: headersSchema.nullish() })
    .nullish(),
  basic_auth_users: usersSchema.nullish(),
  rate_limit: z.strictObject({ interval: duration, burst: z.int().min(1) }).nullish(),
})

type TlsSection = z.infer<typeof tlsSchema>

function readTls(section: TlsSection, directory: string): TlsSettings {
  const pem = (text: string | undefined, file: string | undefined): Pem | undefined => {
    if (file) return { file: resolve(directory, file) }
    return text ? { text } : undefined
  }
  return {
    certificate: pem(section.cert, section.cert_file)!,
    key: pem(section.key, section.key_file)!,
    clientAuth: section.client_auth_type ?? 'NoClientCert',
    clientCa: pem(section.client_ca, section.client_ca_file),
    clientAllowedSans: section.client_allowed_sans,
    minVersion: section.min_version ?? 'TLS12',
    maxVersion: section.max_version ?? 'TLS13',
    cipherSuites: section.cipher_suites ?? [],
    curves: section.curve_preferences ?? [],
    prefersServerCiphers: section.prefer_server_cipher_suites ?? true,
  }
}

/**
 * `path` is the path of the file, for messages. The files that it names are relative to its directory. Throws
 * CONFIG_INVALID.
 */
export function parseWebConfig(text: string, path: string): WebConfig {
  const sections = parseYaml(text, schema, path)
  const tls = sections.tls_server_config ?? {}
  const rateLimit = sections.rate_limit
  return {
    tls: Object.keys(tls).length === 0 ? undefined : readTls(tls, dirname(path)),
    asksForHttp2: sections.http_server_config?.http2 === true,
    headers: sections.http_server_config?.headers ?? {},
    users: new Map(Object.entries(sections.basic_auth_users ?? {})),
    rateLimit:
      rateLimit && rateLimit.interval > 0
        ? { intervalMs: rateLimit.interval, burst: rateLimit.burst }
        : undefined,
  }
}
