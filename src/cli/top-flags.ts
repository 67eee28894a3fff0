// The flags of `kvminfo top`.
import { KvminfoError } from '../errors.ts'
import { type Flags, type FlagValues, optional, single, toggle } from './flag.ts'
import { nonEmpty, oneOf } from './flag-values.ts'
import { procfsFlag, rundirFlag, sysfsFlag } from './shared-flags.ts'

/** Parses a number from `min` to `max`; `isWhole` if it must be a whole number. */
const numberBetween = (min: number, max: number, isWhole: boolean) => (text: string) => {
  const value = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max && !(isWhole && !Number.isInteger(value))) return value
  throw new KvminfoError(
    'CONFIG_INVALID',
    `'${text}' is not a ${isWhole ? 'whole number' : 'number'} from ${min} to ${max}`,
  )
}

export const topFlags = {
  view: single({
    name: 'view',
    argument: '<list>',
    default: 'vms',
    description: 'The list to begin with, or to print: `vms` or `tasks`.',
    parse: oneOf(['vms', 'tasks'] as const),
  }),
  sort: optional({
    name: 'sort',
    argument: '<column>',
    description:
      'The column by which the list is sorted, by its ID in [the list of columns](../top/README.md#columns); `-` before it reverses the order. The default is `cpu`.',
    parse: nonEmpty,
  }),
  filter: single({
    name: 'filter',
    argument: '<text>',
    default: '',
    description: 'Show only rows that contain this text in a name, a VM or an ID.',
    parse: (text) => text,
  }),
  hasThreads: toggle('threads', 'In the list of tasks, list threads instead of processes.'),
  isTree: toggle(
    'tree',
    'In the list of tasks, list each VM with its threads below it, then the other tasks.',
  ),
  intervalSeconds: single({
    name: 'interval',
    argument: '<seconds>',
    default: '1',
    description: 'Time between two samples, 0.1 to 3600. The key `j` changes it.',
    parse: numberBetween(0.1, 3600, false),
  }),
  count: optional({
    name: 'count',
    argument: '<number>',
    description: 'Print this many samples as text, or with `--json` or `--csv`, and end.',
    parse: numberBetween(1, 9_999_999, true),
  }),
  isOnce: toggle('once', 'The same as `--count=1`.'),
  isJson: toggle('json', 'Print JSON, one document for each sample and line.'),
  isCsv: toggle('csv', 'Print CSV, one line for each row of each sample.'),
  record: optional({
    name: 'record',
    argument: '<file>',
    description: 'Also write every sample to this file, which must not exist.',
    parse: nonEmpty,
  }),
  recordLimit: single({
    name: 'record-limit',
    argument: '<MiB>',
    default: '1024',
    description: 'The recording ends before its file is larger than this.',
    parse: numberBetween(1, 1_048_576, true),
  }),
  replay: optional({
    name: 'replay',
    argument: '<file>',
    description: 'Show a recording instead of this host.',
    parse: nonEmpty,
  }),
  procfs: procfsFlag,
  sysfs: sysfsFlag,
  rundir: rundirFlag,
} as const satisfies Flags

export type TopOptions = FlagValues<typeof topFlags>
