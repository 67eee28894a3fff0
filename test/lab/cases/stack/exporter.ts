// The exporter as an operator starts it, and what it serves.

import { type Service, startService } from './service.ts'

export interface Exporter extends Service {
  /** Samples by name with labels, as one line of the text format has them: `name{a="b"}`. */
  samples(): Promise<ReadonlyMap<string, number>>
}

/** `wrapper` is a command that ends by running what follows it, such as `unshare --mount`. */
export async function startExporter(port = 9756, wrapper: readonly string[] = []): Promise<Exporter> {
  const address = `127.0.0.1:${port}`
  const command = [...wrapper, 'kvminfo', 'serve', `--web.listen-address=${address}`]
  const service = await startService(command as [string, ...string[]], `http://${address}`, '/-/ready')
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
