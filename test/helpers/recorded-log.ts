// A logger that keeps its records, for tests of the log.
import { createLogger, type Logger } from '../../src/log/logger.ts'

export interface LogRecord {
  readonly level: string
  readonly msg: string
  readonly [key: string]: unknown
}

export function recordedLog(): { readonly log: Logger; readonly records: LogRecord[] } {
  const records: LogRecord[] = []
  const log = createLogger(
    { level: 'debug', format: 'json', isColoured: false },
    { write: (line: string) => records.push(JSON.parse(line)) },
  )
  return { log, records }
}
