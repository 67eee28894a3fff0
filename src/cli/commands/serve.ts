// `kvminfo serve`: connects sources, exporter and web server, logs which sources it has, and runs until a signal stops it.
import { Router } from 'express'
import { collectors } from '../../collectors/index.ts'
import { HostFindings } from '../../doctor/host-findings.ts'
import { createExporterRouter } from '../../exporter/routes.ts'
import { createApp, onlyReads } from '../../http/app.ts'
import { RequestLimit } from '../../http/request-limit.ts'
import { systemdSockets } from '../../http/systemd-sockets.ts'
import { type CutOff, WebServer } from '../../http/web-server.ts'
import type { Logger } from '../../log/logger.ts'
import { createHost } from '../../sources/host.ts'
import { HostFactsReader } from '../../sources/hostfacts/host-facts-reader.ts'
import { SharedSnapshot } from '../../sources/shared-snapshot.ts'
import { chooseCollectors } from '../collector-flags.ts'
import { commandLog } from '../command-log.ts'
import type { ServeOptions } from '../serve-flags.ts'
import { connectServiceManager, pingWatchdog } from '../service-manager.ts'
import { reportSources } from '../source-report.ts'
import { stopSignal } from '../stop-signal.ts'
import { version } from '../version.ts'
import { openWebGates } from '../web-gates.ts'

/** Longer than Prometheus's default scrape timeout (10 s) and much shorter than systemd's default stop timeout (90 s). */
const stopGraceMs = 12_000

const stoppedTexts: Readonly<Record<CutOff, string>> = {
  nothing: 'stopped',
  requests: `stopped; requests that were still running after ${stopGraceMs / 1000} s were cut off`,
  connections: `stopped; connections whose request was still incomplete after ${stopGraceMs / 1000} s were closed`,
}

export async function serve(options: ServeOptions): Promise<void> {
  const stopped = stopSignal()
  const log = commandLog(options)
  const gates = await openWebGates(options, log)
  const endpoints = options.usesSystemdSocket
    ? systemdSockets(process.env, process.pid)
    : options.listenAddresses
  const places = { ...options, root: '/' }
  const host = createHost(options, new HostFactsReader(), new HostFindings(places, version))
  const snapshots = new SharedSnapshot(host)
  const requests = new RequestLimit(options.maxRequests)
  const app = createApp(
    [
      ...gates.handlers,
      onlyReads,
      Router().use([options.telemetryPath, '/api'], requests.handler),
      createExporterRouter({
        snapshots,
        collectors: chooseCollectors(collectors, options.collectorChoices, options.hasOnlyChosenCollectors),
        telemetryPath: options.telemetryPath,
        hasProcessMetrics: !options.hidesExporterMetrics,
        version,
        log,
      }),
    ],
    log,
  )

  const server = await WebServer.start(endpoints, app, gates.config, log)
  for (const url of server.urls) log.info({ url, version }, 'listening')

  const manager = await connectServiceManager(process.env, process.pid, log)
  const { watchdogMs = Number.POSITIVE_INFINITY } = manager
  const stopPinging = pingWatchdog(manager, () => (snapshots.pendingMs ?? 0) < watchdogMs)
  manager.notify('READY=1')
  // After the server listens, because a host may be slow to read. A scrape meanwhile waits for the same snapshot.
  void readSources(snapshots, log)

  const signal = await stopped
  log.info({ signal }, 'stopping once running requests are answered; a second signal stops immediately')
  manager.notify('STOPPING=1')
  const cutOff = await server.stop(stopGraceMs)
  stopPinging()
  host.close()
  log.info(stoppedTexts[cutOff])
}

/** Logs which sources this host has. A failure is no reason to exit, because the host may become readable later. */
async function readSources(snapshots: SharedSnapshot, log: Logger): Promise<void> {
  try {
    reportSources((await snapshots.snapshot()).sources().value, log)
  } catch (error) {
    log.error({ err: error }, 'cannot read this host yet; every scrape tries again')
  }
}
