// The flags of `kvminfo serve`, each once, spelled as other Prometheus exporters spell theirs.
import { parseListenAddress } from '../http/listen-address.ts'
import { logFormats, logLevels } from '../log/logger.ts'
import { defaultPaths } from '../sources/paths.ts'
import { type Flag, optional, repeatable, single, toggle } from './flag.ts'
import { directory, nonEmpty, oneOf, urlPath, wholeNumber } from './flag-values.ts'

export const serveFlags = {
  listenAddresses: repeatable({
    name: 'web.listen-address',
    argument: '<host:port>',
    defaults: ['127.0.0.1:9756'],
    description: 'Address to listen on; `:9756` for all of the host, `[::1]:9756` for IPv6. Repeatable.',
    parse: parseListenAddress,
  }),
  telemetryPath: single({
    name: 'web.telemetry-path',
    argument: '<path>',
    default: '/metrics',
    description: 'Path under which to serve the metrics; not /, nor anything under /-, /api and /page.',
    parse: urlPath,
  }),
  webConfigFile: optional({
    name: 'web.config.file',
    argument: '<file>',
    description: "TLS, client certificates, passwords, headers: Prometheus's web configuration file.",
    parse: nonEmpty,
  }),
  usesSystemdSocket: toggle(
    'web.systemd-socket',
    'Listen on the sockets that systemd passes, instead of --web.listen-address.',
  ),
  maxRequests: single({
    name: 'web.max-requests',
    argument: '<number>',
    default: '40',
    description: 'Requests for metrics or live data at once; one more is answered 503. 0 for no limit.',
    parse: wholeNumber,
  }),
  hidesExporterMetrics: toggle(
    'web.disable-exporter-metrics',
    'Leave out the metrics of the exporter itself (process_*).',
  ),
  procfs: single({
    name: 'path.procfs',
    argument: '<directory>',
    default: defaultPaths.procfs,
    description: 'Where the host has procfs.',
    parse: directory,
  }),
  sysfs: single({
    name: 'path.sysfs',
    argument: '<directory>',
    default: defaultPaths.sysfs,
    description: 'Where the host has sysfs, and debugfs in it.',
    parse: directory,
  }),
  rundir: single({
    name: 'path.rundir',
    argument: '<directory>',
    default: defaultPaths.rundir,
    description: "Where the host has /run, for libvirt's status files.",
    parse: directory,
  }),
  hasOnlyChosenCollectors: toggle(
    'collector.disable-defaults',
    'Switch off all collectors but those given by --collector.<name>.',
  ),
  logLevel: single({
    name: 'log.level',
    argument: '<level>',
    default: 'info',
    description: `Lowest level to log: ${logLevels.join(', ')}.`,
    parse: oneOf(logLevels),
  }),
  logFormat: single({
    name: 'log.format',
    argument: '<format>',
    default: 'logfmt',
    description: `Form of a log line: ${logFormats.join(', ')}.`,
    parse: oneOf(logFormats),
  }),
} as const satisfies Record<string, Flag<unknown>>

type FlagValues = {
  readonly [Name in keyof typeof serveFlags]: ReturnType<(typeof serveFlags)[Name]['read']>
}

export interface ServeOptions extends FlagValues {
  /** What `--collector.<name>` (true) and `--no-collector.<name>` (false) said. */
  readonly collectorChoices: ReadonlyMap<string, boolean>
}

/** `textsOf` gives what was typed for a flag, by its name: nothing, or one text for each time. */
export function readServeFlags(textsOf: (name: string) => readonly string[] | undefined): FlagValues {
  const values = Object.entries(serveFlags).map(([key, flag]) => [
    key,
    flag.read(textsOf(flag.name) ?? flag.defaults),
  ])
  return Object.fromEntries(values)
}
