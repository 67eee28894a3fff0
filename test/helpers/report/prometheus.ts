// Debian's Prometheus with blocks that promtool made from OpenMetrics.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { RunningProcess } from '../kvminfo-process.ts'

export interface FilledPrometheus {
  readonly url: string
  stop(): Promise<void>
}

interface Settings {
  /** A file for --web.config.file; with it, the address is that of HTTPS. */
  readonly webConfig?: string
  /** Where Prometheus logs every query. */
  readonly queryLog?: string
}

/** Keeps its data in `directory`. */
export async function startFilledPrometheus(
  directory: string,
  text: Iterable<string>,
  { webConfig, queryLog }: Settings = {},
): Promise<FilledPrometheus> {
  const input = join(directory, 'input.txt')
  const data = join(directory, 'data')
  mkdirSync(data)
  const file = openSync(input, 'w')
  for (const part of text) writeSync(file, part)
  closeSync(file)
  const filled = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=1500h', '--quiet', input, data],
    { encoding: 'utf8' },
  )
  if (filled.status !== 0) throw new Error(`promtool: ${filled.stderr || filled.error}`)
  rmSync(input)
  const config = join(directory, 'prometheus.yaml')
  writeFileSync(
    config,
    JSON.stringify(queryLog === undefined ? {} : { global: { query_log_file: queryLog } }),
  )
  const prometheus = new RunningProcess([
    'prometheus',
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=50y',
    '--web.listen-address=127.0.0.1:0',
    ...(webConfig === undefined ? [] : [`--web.config.file=${webConfig}`]),
  ])
  const [line] = await prometheus.logged('msg="Server is ready')
  if (line === undefined) throw new Error('Prometheus is not ready')
  const [listening] = await prometheus.logged('msg="Listening on"')
  const address = /address=(\S+)/.exec(listening!)![1]
  return {
    url: `${webConfig === undefined ? 'http' : 'https'}://${address}`,
    stop: () => prometheus.stop().then(() => {}),
  }
}
