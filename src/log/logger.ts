// The program's log: pino, written to stderr synchronously, as logfmt or JSON.
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { KvminfoError } from '../errors.ts'
import { errorText } from './error-text.ts'
import { formatLogfmt } from './logfmt.ts'

export type { Logger }

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
type LogLevel = (typeof logLevels)[number]

export const logFormats = ['logfmt', 'json'] as const
type LogFormat = (typeof logFormats)[number]

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Whether the level is coloured; for logfmt only. */
  readonly isColoured: boolean
}

/** ANSI colour codes by level. */
const colours: Readonly<Record<string, number>> = { debug: 90, info: 32, warn: 33, error: 31 }

function paint(level: string): string {
  return `\u001b[${colours[level] ?? 0}m${level}\u001b[0m`
}

/** Turns pino's JSON lines into logfmt, in this thread. */
function asLogfmt(output: DestinationStream, isColoured: boolean): DestinationStream {
  return {
    write(line) {
      output.write(`${formatLogfmt(JSON.parse(line), isColoured ? paint : undefined)}\n`)
    },
  }
}

/** True for a terminal that is not dumb, unless NO_COLOR is set (no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
}

/**
 * Log an error under the key `err`: `log.warn({ err: error, vm }, 'message')`. The record then has the text of the error
 * and, for a KvminfoError, its code.
 */
export function createLogger(
  options: LogOptions,
  // Synchronous, because the last lines before an exit matter most and there are few lines in total.
  output: DestinationStream = destination({ fd: process.stderr.fd, sync: true }),
): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      serializers: { err: errorText },
      formatters: {
        level: (level) => ({ level }),
        log: (record) => (record.err instanceof KvminfoError ? { ...record, code: record.err.code } : record),
      },
    },
    options.format === 'logfmt' ? asLogfmt(output, options.isColoured) : output,
  )
}
