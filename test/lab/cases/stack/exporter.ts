// Starts the exporter the way an operator does, and reads what it serves.

import { type Service, startService } from './service.ts'

export interface Exporter extends Service {
  /** Sample values by name with labels, as in the text format: `name{a="b"}`. */
  samples(): Promise<ReadonlyMap<string, number>>
}

export interface ExporterOptions {
  /** The address to listen on, 127.0.0.1 or 0.0.0.0. */
  readonly host?: string
  readonly port?: number
  /** More flags of `kvminfo serve`. */
  readonly flags?: readonly string[]
  /** A command that runs the command that follows it, such as `unshare --mount`. */
  readonly wrapper?: readonly string[]
}

export async function startExporter(options: ExporterOptions = {}): Promise<Exporter> {
  const { host = '127.0.0.1', port = 9756, wrapper = [], flags = [] } = options
  const command = [...wrapper, 'kvminfo', 'serve', `--web.listen-address=${host}:${port}`, ...flags]
  const service = await startService(command as [string, ...string[]], `http://127.0.0.1:${port}`, '/-/ready')
  return {
    ...service,
    samples: async () => parseSamples(await (await fetch(`${service.url}/metrics`)).text()),
  }
}

function parseSamples(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const blank = line.lastIndexOf(' ')
      return [line.slice(0, blank), Number(line.slice(blank + 1))]
    }),
  )
}
