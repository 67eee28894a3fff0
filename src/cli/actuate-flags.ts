// The flags of `kvminfo actuate`.
import { defaultPaths } from '../sources/paths.ts'
import { type Flags, type FlagValues, optional, repeatable, single } from './flag.ts'
import { directory, nonEmpty, userId } from './flag-values.ts'
import { logFlags, procfsFlag, sysfsFlag } from './shared-flags.ts'

export const actuateFlags = {
  socket: single({
    name: 'actuator.socket',
    argument: '<file>',
    default: '/run/kvminfo/actuate.sock',
    description:
      'Unix socket to listen on, with mode 0660. Ignored if systemd passes a socket (socket activation).',
    parse: nonEmpty,
  }),
  allowedUids: repeatable({
    name: 'actuator.allowed-user',
    argument: '<user>',
    defaults: [],
    description:
      'Name or number of a user that may ask for changes, besides root and the user that the program runs as. Repeatable.',
    parse: userId,
  }),
  policyFile: optional({
    name: 'policy.file',
    argument: '<file>',
    description:
      'The policy of `kvminfo remediate`, whose bounds and protected VMs this program checks itself. Without it, the shipped bounds hold.',
    parse: nonEmpty,
  }),
  procfs: procfsFlag,
  sysfs: sysfsFlag,
  rundir: single({
    name: 'path.rundir',
    argument: '<directory>',
    default: defaultPaths.rundir,
    description:
      "The host's `/run`. The leases, the record of changes and the kill switch are in `kvminfo/` below it.",
    parse: directory,
  }),
  ...logFlags,
} as const satisfies Flags

export type ActuateOptions = FlagValues<typeof actuateFlags>
