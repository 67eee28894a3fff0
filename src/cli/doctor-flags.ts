// The flags of `kvminfo doctor`.
import { checks } from '../doctor/checks/index.ts'
import { type Flags, type FlagValues, optional, repeatable, single, toggle } from './flag.ts'
import { directory, nonEmpty, oneOf } from './flag-values.ts'
import { procfsFlag, rundirFlag, sysfsFlag } from './shared-flags.ts'

const checkName = oneOf(checks.map(({ name }) => name))

export const doctorFlags = {
  only: repeatable({
    name: 'only',
    argument: '<check>',
    defaults: [],
    description: 'Make this check and no others. Repeatable.',
    parse: checkName,
  }),
  skipped: repeatable({
    name: 'skip',
    argument: '<check>',
    defaults: [],
    description: 'Leave this check out. Repeatable.',
    parse: checkName,
  }),
  isList: toggle('list', 'List the checks, and make none.'),
  fix: optional({
    name: 'fix',
    argument: '<item>',
    description:
      'Show the commands for one finding and, if `kvminfo remediate` has an action for it, ask it for its plan. Changes nothing. The item is in the first line of each finding.',
    parse: nonEmpty,
  }),
  isJson: toggle('json', 'Print JSON.'),
  isJunit: toggle('junit', 'Print the XML of JUnit, for CI systems.'),
  procfs: procfsFlag,
  sysfs: sysfsFlag,
  rundir: rundirFlag,
  root: single({
    name: 'path.rootfs',
    argument: '<directory>',
    default: '/',
    description: "Where the host's root is mounted, with `/boot` and `/etc`.",
    parse: directory,
  }),
} as const satisfies Flags

export type DoctorOptions = FlagValues<typeof doctorFlags>
