// `kvminfo report`: asks a Prometheus, and writes a capacity report.
import { readFileSync, statSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { KvminfoError, systemReason } from '../../errors.ts'
import type { Access } from '../../report/api/post.ts'
import { PrometheusApi } from '../../report/api/prometheus.ts'
import { makeGrid } from '../../report/grid.ts'
import { makeReport, renderReport } from '../../report/make-report.ts'
import { writeReport } from '../../report/write-report.ts'
import type { ReportOptions } from '../report-flags.ts'
import { version } from '../version.ts'

/** Longer lines of progress would wrap. */
const widest = 72

export async function report(options: ReportOptions): Promise<void> {
  // The first line of main.ts keeps the heap of a service small. For millions of values that are soon forgotten, that took
  // more CPU time than all the rest.
  setFlagsFromString('--heap-growing-percent=100')
  const { prometheus, type, table, output, timeout, given, hostLabels } = options
  if (type === 'html' && output === undefined && process.stdout.isTTY === true) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      'HTML is not for a terminal; give --output=report.html, or --format=md',
    )
  }
  const now = Math.floor(Date.now() / 1000)
  const to = options.to ?? now
  const from = options.from ?? to - options.range / 1000
  const grid = makeGrid(from, Math.min(to, now), options.step && options.step / 1000)
  if (typeof grid === 'string')
    throw new KvminfoError('CONFIG_INVALID', `--from, --to, --range, --step: ${grid}`)
  const api = new PrometheusApi({ base: prometheus, access: accessOf(options), timeoutMs: timeout })
  const progress = progressOn(process.stderr)
  try {
    const about = { version, generated: now, prometheus: prometheus.href, match: given }
    const made = await makeReport({ api, grid, given, hostLabels, progress: progress.show }, about)
    progress.show('rendering')
    const text = renderReport(made, type, table)
    progress.clear()
    if (output !== undefined) writeReport(output, text)
    else await toStandardOutput(text)
  } finally {
    progress.clear()
  }
}

/** Waits until everything is written, because the program ends after it. main.ts says whether an error is a failure. */
function toStandardOutput(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}

function accessOf(options: ReportOptions): Access {
  const { headers, basicAuthFile, bearerTokenFile, caFile, certFile, keyFile } = options
  if (basicAuthFile !== undefined && bearerTokenFile !== undefined) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      '--http.basic-auth-file and --http.bearer-token-file exclude each other',
    )
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new KvminfoError('CONFIG_INVALID', '--tls.cert-file and --tls.key-file need each other')
  }
  const basic = secret('http.basic-auth-file', basicAuthFile)
  const bearer = secret('http.bearer-token-file', bearerTokenFile)
  if (basic !== undefined && !basic.includes(':')) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `--http.basic-auth-file: ${basicAuthFile} is not a line user:password`,
    )
  }
  const authorization =
    basic !== undefined ? `Basic ${Buffer.from(basic).toString('base64')}` : bearer && `Bearer ${bearer}`
  return {
    headers: { ...Object.fromEntries(headers), ...(authorization && { authorization }) },
    ca: content('tls.ca-file', caFile),
    cert: content('tls.cert-file', certFile),
    key: content('tls.key-file', keyFile),
  }
}

/** One line of printable ASCII, because it becomes a header. */
function secret(flag: string, path: string | undefined): string | undefined {
  const text = content(flag, path)?.trim()
  if (text === undefined) return undefined
  if (flag === 'http.basic-auth-file' ? !/^[^\p{C}]+$/u.test(text) : !/^[\x21-\x7e]+$/.test(text)) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `--${flag}: ${path} must contain one line, without control characters`,
    )
  }
  return text
}

const largestFile = 1024 ** 2

function content(flag: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    if (statSync(path).size > largestFile) throw new Error('it is larger than 1 MiB')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new KvminfoError('CONFIG_INVALID', `--${flag}: cannot read ${path}: ${systemReason(error)}`)
  }
}

/** One line that is written over, on a terminal only. */
function progressOn(stream: NodeJS.WriteStream) {
  if (stream.isTTY !== true || process.env.TERM === 'dumb') return { show: () => {}, clear: () => {} }
  return {
    show: (text: string) => void stream.write(`\r\u001b[Kkvminfo report: ${text.slice(0, widest)}`),
    clear: () => void stream.write('\r\u001b[K'),
  }
}
