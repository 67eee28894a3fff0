// Flags that several commands have.
import { logFormats, logLevels } from '../log/logger.ts'
import { defaultPaths } from '../sources/paths.ts'
import { single } from './flag.ts'
import { directory, oneOf } from './flag-values.ts'

export const procfsFlag = single({
  name: 'path.procfs',
  argument: '<directory>',
  default: defaultPaths.procfs,
  description: "Where the host's procfs is mounted.",
  parse: directory,
})

export const sysfsFlag = single({
  name: 'path.sysfs',
  argument: '<directory>',
  default: defaultPaths.sysfs,
  description: "Where the host's sysfs is mounted.",
  parse: directory,
})

/** Where a command reads what libvirt keeps there. */
export const rundirFlag = single({
  name: 'path.rundir',
  argument: '<directory>',
  default: defaultPaths.rundir,
  description: "The host's `/run`, with libvirt's sockets and status files.",
  parse: directory,
})

export const logFlags = {
  logLevel: single({
    name: 'log.level',
    argument: '<level>',
    default: 'info',
    description: `Lowest level that is logged: ${logLevels.join(', ')}.`,
    parse: oneOf(logLevels),
  }),
  logFormat: single({
    name: 'log.format',
    argument: '<format>',
    default: 'logfmt',
    description: `Format of the log lines: ${logFormats.join(', ')}.`,
    parse: oneOf(logFormats),
  }),
}
