// `kvminfo serve`: wires sources, exporter and web server, says what it has, and runs until it is told to stop.
import { Router } from 'express'
import { collectors } from '../../collectors/index.ts'
import { createExporterRouter } from '../../exporter/routes.ts'
import { createApp, onlyReads } from '../../http/app.ts'
import { RequestLimit } from '../../http/request-limit.ts'
import { systemdSockets } from '../../http/systemd-sockets.ts'
import type { WebConfigFile } from '../../http/web-config-file.ts'
import { webGate } from '../../http/web-gate.ts'
import { type CutOff, WebServer } from '../../http/web-server.ts'
import { createLogger, type Logger, wantsColour } from '../../log/logger.ts'
import type { SourceState } from '../../model/sources.ts'
import { createHost, type Host } from '../../sources/host.ts'
import { chooseCollectors } from '../collector-flags.ts'
import type { ServeOptions } from '../serve-flags.ts'
import { connectServiceManager, keepWatchdogCalm } from '../service-manager.ts'
import { reportSources } from '../source-report.ts'
import { stopSignal } from '../stop-signal.ts'
import { version } from '../version.ts'

/** Longer than Prometheus waits for a scrape by default (10 s), much shorter than systemd waits for us (90 s). */
const stopGraceMs = 12_000

const stoppedTexts: Readonly<Record<CutOff, string>> = {
  nothing: 'stopped',
  requests: 'stopped, cutting off requests that took too long',
  connections: 'stopped, cutting off connections whose request did not come to its end',
}

export async function serve(options: ServeOptions): Promise<void> {
  const stopped = stopSignal()
  const log = createLogger({
    level: options.logLevel,
    format: options.logFormat,
    isColoured: wantsColour(process.stderr, process.env),
  })
  const webConfig =
    options.webConfigFile === undefined ? undefined : await openWebConfig(options.webConfigFile, log)
  const endpoints = options.usesSystemdSocket
    ? systemdSockets(process.env, process.pid)
    : options.listenAddresses
  const host = createHost(options)
  const requests = new RequestLimit(options.maxRequests)
  const app = createApp(
    [
      ...(webConfig === undefined ? [] : [webGate(webConfig)]),
      onlyReads,
      Router().use([options.telemetryPath, '/api'], requests.handler),
      createExporterRouter({
        host,
        collectors: chooseCollectors(collectors, options.collectorChoices, options.hasOnlyChosenCollectors),
        telemetryPath: options.telemetryPath,
        hasProcessMetrics: !options.hidesExporterMetrics,
        version,
        log,
      }),
    ],
    log,
  )

  // Before anybody can ask, as the host gives one snapshot at a time.
  const sources = await firstSources(host, log)
  const server = await WebServer.start(endpoints, app, webConfig, log)
  for (const url of server.urls) log.info({ url, version }, 'listening')
  reportSources(sources, log)

  const manager = await connectServiceManager(process.env, process.pid, log)
  const leaveWatchdog = keepWatchdogCalm(
    manager,
    () => requests.longestMs() < (manager.watchdogMs ?? Number.POSITIVE_INFINITY),
  )
  manager.notify('READY=1')

  const signal = await stopped
  log.info({ signal }, 'stopping; a second signal ends at once')
  manager.notify('STOPPING=1')
  const cutOff = await server.stop(stopGraceMs)
  leaveWatchdog()
  host.close()
  log.info(stoppedTexts[cutOff])
}

/** A host that cannot be read now may be later: that is no reason not to serve. */
async function firstSources(host: Host, log: Logger): Promise<readonly SourceState[]> {
  try {
    return (await host.snapshot()).sources().value
  } catch (error) {
    log.error({ err: error }, 'no snapshot of this host could be taken yet')
    return []
  }
}

/** Loaded when needed: the readers of YAML and certificates are 10 MB of memory. */
async function openWebConfig(path: string, log: Logger): Promise<WebConfigFile> {
  const { WebConfigFile } = await import('../../http/web-config-file.ts')
  return new WebConfigFile(path, log)
}
