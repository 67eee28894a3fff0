// The log of a command, by its flags.
import { createLogger, type Logger, type LogOptions, wantsColour } from '../log/logger.ts'

export function commandLog({
  logLevel,
  logFormat,
}: {
  readonly logLevel: LogOptions['level']
  readonly logFormat: LogOptions['format']
}): Logger {
  return createLogger({
    level: logLevel,
    format: logFormat,
    isColoured: wantsColour(process.stderr, process.env),
  })
}
