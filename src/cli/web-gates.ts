// What every request passes before it reaches the routes of a command: known host names, then the web configuration.
import type { RequestHandler } from 'express'
import { onlyKnownHosts } from '../http/allowed-hosts.ts'
import type { ListenAddress } from '../http/listen-address.ts'
import type { WebConfigFile } from '../http/web-config-file.ts'
import { webGate } from '../http/web-gate.ts'
import type { Logger } from '../log/logger.ts'

export interface WebFlags {
  readonly webConfigFile: string | undefined
  readonly allowedHosts: readonly string[]
  readonly listenAddresses: readonly ListenAddress[]
}

export interface WebGates {
  /** For the server, which needs its TLS settings. */
  readonly config: WebConfigFile | undefined
  readonly handlers: readonly RequestHandler[]
}

/** Throws CONFIG_INVALID if the web configuration file is wrong. */
export async function openWebGates(flags: WebFlags, log: Logger): Promise<WebGates> {
  const { webConfigFile, allowedHosts, listenAddresses } = flags
  const hosts = onlyKnownHosts([...allowedHosts, ...listenAddresses.flatMap(({ host = [] }) => host)])
  if (webConfigFile === undefined) return { config: undefined, handlers: [hosts] }
  // Imported on demand, because the YAML and certificate parsers take 10 MB of memory.
  const { WebConfigFile } = await import('../http/web-config-file.ts')
  const config = new WebConfigFile(webConfigFile, log)
  return { config, handlers: [hosts, webGate(config)] }
}
