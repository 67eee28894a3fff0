// The flags of `kvminfo remediate` and of its commands.
import { parseAllowedHost } from '../http/allowed-hosts.ts'
import { parseListenAddress } from '../http/listen-address.ts'
import { defaultPaths } from '../sources/paths.ts'
import { type Flags, type FlagValues, optional, repeatable, single, toggle } from './flag.ts'
import { directory, nonEmpty } from './flag-values.ts'
import { logFlags, procfsFlag, sysfsFlag } from './shared-flags.ts'

const policyFlag = single({
  name: 'policy.file',
  argument: '<file>',
  default: '/etc/kvminfo-remediate/policy.yml',
  description: 'What may be done on this host, and by whom. Read again when it changes.',
  parse: nonEmpty,
})

const rundirFlag = single({
  name: 'path.rundir',
  argument: '<directory>',
  default: defaultPaths.rundir,
  description: "The host's `/run`. The socket for commands and the kill switch are in `kvminfo/` below it.",
  parse: directory,
})

const stateFlag = single({
  name: 'state.directory',
  argument: '<directory>',
  default: '/var/lib/kvminfo-remediate',
  description: 'Where the journal is. Only one process may use it.',
  parse: nonEmpty,
})

export const remediateFlags = {
  policyFile: policyFlag,
  stateDirectory: stateFlag,
  checksConfig: toggle('check-config', 'Check the policy and the files that it names, and exit.'),
  actuatorSocket: optional({
    name: 'actuator.socket',
    argument: '<file>',
    description:
      'Socket of an actuator that runs as a service of its own. By default the program starts one as a process of its own.',
    parse: nonEmpty,
  }),
  listenAddresses: repeatable({
    name: 'web.listen-address',
    argument: '<host:port>',
    defaults: ['127.0.0.1:9757'],
    description: 'Address to listen on, for Alertmanager, Prometheus and browsers. Repeatable.',
    parse: parseListenAddress,
  }),
  allowedHosts: repeatable({
    name: 'web.allowed-host',
    argument: '<name>',
    defaults: [],
    description:
      'A further host name under which clients may reach a loopback address that the program listens on, as for `kvminfo serve`. Repeatable.',
    parse: parseAllowedHost,
  }),
  webConfigFile: optional({
    name: 'web.config.file',
    argument: '<file>',
    description:
      'Web configuration file, as for all Prometheus exporters: TLS, client certificates, headers, rate limit.',
    parse: nonEmpty,
  }),
  procfs: procfsFlag,
  sysfs: sysfsFlag,
  rundir: rundirFlag,
  ...logFlags,
} as const satisfies Flags

export type RemediateFlags = FlagValues<typeof remediateFlags>

const jsonFlag = toggle('json', 'Print JSON.')

/** Of the commands that ask a running `kvminfo remediate`. */
export const askFlags = { rundir: rundirFlag, isJson: jsonFlag } as const satisfies Flags
export type AskOptions = FlagValues<typeof askFlags>

export const approveFlags = {
  ...askFlags,
  isSure: toggle('yes', 'Do not ask: approve the plan that is printed.'),
} as const satisfies Flags
export type ApproveOptions = FlagValues<typeof approveFlags>

export const planFlags = {
  ...askFlags,
  device: optional({
    name: 'device',
    argument: '<device>',
    description: 'The device that the action is for, such as `hda`.',
    parse: nonEmpty,
  }),
} as const satisfies Flags
export type PlanOptions = FlagValues<typeof planFlags>

export const verifyFlags = { stateDirectory: stateFlag, isJson: jsonFlag } as const satisfies Flags
export type VerifyOptions = FlagValues<typeof verifyFlags>
