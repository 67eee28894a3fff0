// The flags of `kvminfo serve`, named like those of other Prometheus exporters.
import { parseAllowedHost } from '../http/allowed-hosts.ts'
import { parseListenAddress } from '../http/listen-address.ts'
import { defaultPaths } from '../sources/paths.ts'
import { type Flags, type FlagValues, optional, repeatable, single, toggle } from './flag.ts'
import { directory, nonEmpty, urlPath, wholeNumber } from './flag-values.ts'
import { logFlags, procfsFlag, rundirFlag } from './shared-flags.ts'

export const serveFlags = {
  listenAddresses: repeatable({
    name: 'web.listen-address',
    argument: '<host:port>',
    defaults: ['127.0.0.1:9756'],
    description:
      'Address to listen on. `:9756` means every address of the host; IPv6 is written `[::1]:9756`. Repeatable.',
    parse: parseListenAddress,
  }),
  allowedHosts: repeatable({
    name: 'web.allowed-host',
    argument: '<name>',
    defaults: [],
    description:
      'A further host name under which clients may reach a loopback address that the exporter listens on, such as the name that a reverse proxy passes on. `localhost`, loopback addresses and the names in `--web.listen-address` are always allowed; requests under other names get status 421. Repeatable.',
    parse: parseAllowedHost,
  }),
  telemetryPath: single({
    name: 'web.telemetry-path',
    argument: '<path>',
    default: '/metrics',
    description:
      'Path of the metrics. Not `/`, and not below `/-`, `/api` or `/page`, which the exporter uses itself.',
    parse: urlPath,
  }),
  webConfigFile: optional({
    name: 'web.config.file',
    argument: '<file>',
    description:
      'Web configuration file, as for all Prometheus exporters: TLS, client certificates, passwords, headers, rate limit.',
    parse: nonEmpty,
  }),
  usesSystemdSocket: toggle(
    'web.systemd-socket',
    'Listen on the sockets that systemd passes (socket activation), and ignore `--web.listen-address`.',
  ),
  maxRequests: single({
    name: 'web.max-requests',
    argument: '<number>',
    default: '40',
    description:
      'How many requests for metrics or live data may be processed at the same time. Further ones get status 503. 0 means no limit.',
    parse: wholeNumber,
  }),
  hidesExporterMetrics: toggle(
    'web.disable-exporter-metrics',
    "Leave out the metrics of the exporter's own process (`process_*`).",
  ),
  procfs: procfsFlag,
  sysfs: single({
    name: 'path.sysfs',
    argument: '<directory>',
    default: defaultPaths.sysfs,
    description: "Where the host's sysfs is mounted, with debugfs below it.",
    parse: directory,
  }),
  rundir: rundirFlag,
  ...logFlags,
  // The last one, so that the help lists it right before the collectors.
  hasOnlyChosenCollectors: toggle(
    'collector.disable-defaults',
    'Switch off all collectors except those that `--collector.<name>` switches on.',
  ),
} as const satisfies Flags

export interface ServeOptions extends FlagValues<typeof serveFlags> {
  /** By the collector's name: true for `--collector.<name>`, false for `--no-collector.<name>`. */
  readonly collectorChoices: ReadonlyMap<string, boolean>
}
