// Turns the text of the web configuration file that all Prometheus exporters share (exporter-toolkit's
// web-configuration.md) into settings. Reads no files itself; it only resolves their paths.
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { parseYaml } from '../config/parse-yaml.ts'
import { yamlBoolean, yamlInteger, yamlText, yamlValue } from '../config/yaml-scalar.ts'
import { parseGoDuration } from './go-duration.ts'
import { validateHeaderValue } from './node-http.ts'
import { type ClientAuthType, cipherSuites, clientAuthTypes, curves, tlsVersions } from './tls-names.ts'

/** A file to read, or its contents as given in the configuration itself. */
export type Pem = { readonly file: string } | { readonly text: string }

export interface TlsSettings {
  readonly certificate: Pem
  readonly key: Pem
  readonly clientAuth: ClientAuthType
  /** Undefined means the authorities that the system trusts, for policies that verify. */
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
  /** As they are written to a connection. */
  readonly headers: Readonly<Record<string, string>>
  /** bcrypt hash by user name. Empty means that no password is needed. */
  readonly users: ReadonlyMap<string, string>
  /** With a burst of less than 1, every request is refused. */
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined
  /** For the log: what is valid and probably not what the operator wants. */
  readonly warnings: readonly string[]
}

const namesOf = <Table extends object>(table: Table) =>
  yamlText.pipe(z.enum(Object.keys(table) as (keyof Table & string)[]))

const tlsSchema = z
  .strictObject({
    cert: yamlText.optional(),
    key: yamlText.optional(),
    cert_file: yamlText.optional(),
    key_file: yamlText.optional(),
    client_auth_type: yamlText.pipe(z.enum(['', ...clientAuthTypes])).optional(),
    client_ca: yamlText.optional(),
    client_ca_file: yamlText.optional(),
    client_allowed_sans: z.array(yamlText).nullish(),
    min_version: namesOf(tlsVersions).nullish(),
    max_version: namesOf(tlsVersions).nullish(),
    cipher_suites: z.array(namesOf(cipherSuites)).nullish(),
    curve_preferences: z.array(namesOf(curves)).nullish(),
    prefer_server_cipher_suites: yamlBoolean.optional(),
  })
  .superRefine((tls, context) => {
    const problem = tlsProblem(tls)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

type TlsSection = z.infer<typeof tlsSchema>

/** As exporter-toolkit decides it (TLSConfig.IsEnabled): the other settings alone do not switch TLS on. */
function switchesTlsOn(tls: TlsSection): boolean {
  const { cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type } = tls
  return [cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type].some(Boolean)
}

const clientAuthOf = (tls: TlsSection): ClientAuthType => tls.client_auth_type || 'NoClientCert'

function tlsProblem(tls: TlsSection): string | undefined {
  if (!switchesTlsOn(tls)) return undefined
  if (!tls.cert && !tls.cert_file) return 'cert or cert_file is missing'
  if (!tls.key && !tls.key_file) return 'key or key_file is missing'
  if (clientAuthOf(tls) !== 'NoClientCert') return undefined
  if (tls.client_ca || tls.client_ca_file) {
    return 'a client CA is given, but client_auth_type does not ask for a certificate'
  }
  return tls.client_allowed_sans
    ? 'client_allowed_sans is given, but client_auth_type does not ask for a certificate'
    : undefined
}

/** The headers that Prometheus lets an operator set, with the allowed values; undefined allows any. */
const settableHeaders: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['Strict-Transport-Security', undefined],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', undefined],
  ['Content-Security-Policy', undefined],
])

function headerProblem(name: string, value: string): string | undefined {
  if (!settableHeaders.has(name)) {
    return `this header cannot be set; these can: ${[...settableHeaders.keys()].join(', ')}`
  }
  const allowed = settableHeaders.get(name)
  if (allowed !== undefined && !allowed.includes(value)) return `must be ${allowed.join(' or ')}`
  try {
    validateHeaderValue(name, onTheWire(value))
    return undefined
  } catch {
    return 'contains a control character'
  }
}

/** As Go's net/http writes a header: on one line, in UTF-8. Node writes each character as one byte. */
function onTheWire(value: string): string {
  return Buffer.from(value.replaceAll(/[\r\n]/g, ' ').trim(), 'utf8').toString('latin1')
}

/** A map whose keys are not known beforehand. Not z.record, which drops a key named __proto__. */
const mapOf = <Value extends z.ZodType>(value: Value) =>
  z.preprocess(
    (object) => (isPlainMap(object) ? new Map(Object.entries(object)) : object),
    z.map(z.string(), value, 'must be a map'),
  )

const isPlainMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const headersSchema = mapOf(yamlText)
  .superRefine((headers, context) => {
    for (const [name, value] of headers) {
      const message = headerProblem(name, value)
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] })
    }
  })
  .transform((headers) => Object.fromEntries([...headers].map(([name, value]) => [name, onTheWire(value)])))

/** The output of `htpasswd -B`: version, cost from 4 to 31, 22 characters of salt and 31 of hash. */
const bcryptHash = /^\$2[a-z]?\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/

const usersSchema = mapOf(
  yamlText.refine(
    (text) => bcryptHash.test(text),
    'is not a bcrypt hash; create one with: htpasswd -nBC 10 ""',
  ),
)

/** In milliseconds. */
const duration = yamlValue(
  (value) => {
    const nanoseconds = value.asInteger()
    return nanoseconds === undefined ? parseGoDuration(value.text) : nanoseconds / 1e6
  },
  0,
  'must be a duration such as 1s or 100ms',
)

const schema = z.strictObject({
  tls_server_config: tlsSchema.nullish(),
  http_server_config: z
    .strictObject({ http2: yamlBoolean.optional(), headers: headersSchema.nullish() })
    .nullish(),
  basic_auth_users: usersSchema.nullish(),
  rate_limit: z.strictObject({ interval: duration.default(0), burst: yamlInteger.default(0) }).nullish(),
})

function readTls(section: TlsSection, directory: string): TlsSettings {
  const pem = (text: string | undefined, file: string | undefined): Pem | undefined => {
    if (file) return { file: resolve(directory, file) }
    return text ? { text } : undefined
  }
  return {
    certificate: pem(section.cert, section.cert_file)!,
    key: pem(section.key, section.key_file)!,
    clientAuth: clientAuthOf(section),
    clientCa: pem(section.client_ca, section.client_ca_file),
    clientAllowedSans: section.client_allowed_sans ?? undefined,
    minVersion: section.min_version ?? 'TLS12',
    maxVersion: section.max_version ?? 'TLS13',
    cipherSuites: section.cipher_suites ?? [],
    curves: section.curve_preferences ?? [],
    prefersServerCiphers: section.prefer_server_cipher_suites ?? true,
  }
}

/** What is valid and probably not what the operator wants. */
function warningsOf(sections: z.infer<typeof schema>): string[] {
  const { tls_server_config: tls, http_server_config: http, rate_limit: limit } = sections
  const isTls = tls != null && switchesTlsOn(tls)
  const texts = [
    http?.http2 && 'http2 is set, but this server has no HTTP/2; clients use HTTP/1.1',
    tls &&
      !isTls &&
      Object.keys(tls).length > 0 &&
      'tls_server_config has no certificate, so there is no TLS',
    isTls &&
      clientAuthOf(tls).includes('Verify') &&
      !(tls.client_ca || tls.client_ca_file) &&
      'no client_ca_file is given, so client certificates are checked against the authorities that this system trusts',
    limit &&
      limit.interval > 0 &&
      limit.burst < 1 &&
      'rate_limit has a burst of 0, so every request is refused',
    limit &&
      limit.interval > 0 &&
      limit.interval < 1e-3 &&
      'the interval of rate_limit is in nanoseconds; write 1s for one second',
  ]
  return texts.filter((text) => typeof text === 'string')
}

/**
 * `path` is the path of the file, for messages. The files that it names are relative to its directory. Throws
 * CONFIG_INVALID.
 */
export function parseWebConfig(text: string, path: string): WebConfig {
  const sections = parseYaml(text, schema, path)
  const tls = sections.tls_server_config
  const rateLimit = sections.rate_limit
  return {
    tls: tls && switchesTlsOn(tls) ? readTls(tls, dirname(path)) : undefined,
    headers: sections.http_server_config?.headers ?? {},
    users: sections.basic_auth_users ?? new Map(),
    rateLimit:
      rateLimit && rateLimit.interval > 0
        ? { intervalMs: rateLimit.interval, burst: rateLimit.burst }
        : undefined,
    warnings: warningsOf(sections),
  }
}
