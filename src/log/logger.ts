// The program's log: pino, written to stderr at once, as logfmt or JSON.
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
  /** Colours the level's word in logfmt. */
  readonly isColoured: boolean
}

/** ANSI colours of the level's word. */
const colours: Readonly<Record<string, number>> = { debug: 90, info: 32, warn: 33, error: 31 }

function paint(level: string): string {
  return `\u001b[${colours[level] ?? 0}m${level}\u001b[0m`
}

/** pino hands over lines of JSON; logfmt is made of them here, in this thread. */
function asLogfmt(output: DestinationStream, isColoured: boolean): DestinationStream {
  return {
    write(line) {
      output.write(`${formatLogfmt(JSON.parse(line), isColoured ? paint : undefined)}\n`)
    },
  }
}

/** Whether a stream wants colour: a terminal that is not dumb, and nobody set NO_COLOR (no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
}

/**
 * Log an error under the key `err`: `log.warn({ err: error, vm }, 'message')`. It shows as its text and, where
 * it has one, its code.
 */
export function createLogger(
  options: LogOptions,
  // Synchronous: the last lines before an exit are the ones that matter, and there are few lines.
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
