// The web configuration as it is on disk now. The server asks for it at every connection and every request; while no file
// has changed, that costs one stat per file. A broken file locks everybody out until it is fixed, as in all exporters.
import type { SecureContextOptions } from 'node:tls'
import { fileStamp } from '../config/file-stamp.ts'
import { readConfigFile } from '../config/read-config-file.ts'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import { createTlsOptions } from './tls-options.ts'
import { type Pem, parseWebConfig, type TlsSettings, type WebConfig } from './web-config.ts'

export interface LoadedTls {
  readonly settings: TlsSettings
  readonly options: SecureContextOptions
}

export interface LoadedWebConfig extends Omit<WebConfig, 'tls'> {
  readonly tls: LoadedTls | undefined
}

/** Reads files and remembers their state, so that it can say later whether one of them has changed. */
class FileReader {
  readonly #stamps = new Map<string, string>()

  read(path: string): string {
    // Before the read, so that a write in between counts as a change.
    this.#stamps.set(path, fileStamp(path))
    try {
      return readConfigFile(path)
    } catch (cause) {
      throw new KvminfoError('CONFIG_INVALID', `web configuration: cannot read ${path}`, { cause })
    }
  }

  hasChanged(): boolean {
    return [...this.#stamps].some(([path, before]) => fileStamp(path) !== before)
  }
}

function loadTls(settings: TlsSettings, path: string, files: FileReader): LoadedTls {
  const textOf = (pem: Pem): string => ('file' in pem ? files.read(pem.file) : pem.text)
  const pem = {
    certificate: textOf(settings.certificate),
    key: textOf(settings.key),
    clientCa: settings.clientCa && textOf(settings.clientCa),
  }
  try {
    return { settings, options: createTlsOptions(settings, pem) }
  } catch (cause) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `${path}: tls_server_config: cannot use this certificate, key or client CA`,
      {
        cause,
      },
    )
  }
}

function load(path: string, files: FileReader): LoadedWebConfig {
  const config = parseWebConfig(files.read(path), path)
  return { ...config, tls: config.tls && loadTls(config.tls, path, files) }
}

/** Switching protection on or off takes a restart, because a half-written file can look like one without protection. */
function refuseWeaker(now: LoadedWebConfig, atStart: LoadedWebConfig, path: string): void {
  const asks = ({ tls }: LoadedWebConfig) => tls !== undefined && tls.settings.clientAuth !== 'NoClientCert'
  const changes = [
    (now.tls === undefined) !== (atStart.tls === undefined) && 'TLS cannot be switched on or off',
    asks(now) !== asks(atStart) && 'client certificates cannot be switched on or off',
    now.users.size === 0 && atStart.users.size > 0 && 'the last of basic_auth_users cannot be removed',
  ]
  const change = changes.find((text) => text !== false)
  if (change !== undefined) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `${path}: ${change} while the program runs; restart it to apply this change`,
    )
  }
}

export class WebConfigFile {
  readonly #path: string
  readonly #log: Logger
  readonly #atStart: LoadedWebConfig
  #files = new FileReader()
  #state: { readonly config: LoadedWebConfig } | { readonly error: Error }

  /** Throws CONFIG_INVALID if the file is wrong. */
  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
    this.#atStart = load(path, this.#files)
    this.#state = { config: this.#atStart }
    this.#warn(this.#atStart)
  }

  /** Returns the same object until a file changes. Throws while a file is broken. */
  current(): LoadedWebConfig {
    if (this.#files.hasChanged()) this.#reload()
    if ('error' in this.#state) throw this.#state.error
    return this.#state.config
  }

  #warn({ warnings }: LoadedWebConfig): void {
    for (const warning of warnings) this.#log.warn({ file: this.#path }, warning)
  }

  #reload(): void {
    this.#files = new FileReader()
    try {
      const config = load(this.#path, this.#files)
      refuseWeaker(config, this.#atStart, this.#path)
      this.#state = { config }
      this.#log.info({ file: this.#path }, 'web configuration reloaded')
      this.#warn(config)
    } catch (error) {
      this.#state = { error: error as Error }
      this.#log.error(
        { err: error, file: this.#path },
        'web configuration is broken; all clients are refused until it is fixed',
      )
    }
  }
}
