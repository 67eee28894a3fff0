// Runs Debian's Alertmanager with a configuration while a test needs it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startListening } from './listening-process.ts'

export type Labels = Readonly<Record<string, string>>

export interface Alertmanager {
  /** Reports alerts as firing, or as resolved. */
  send(alerts: readonly Labels[], state?: 'firing' | 'resolved'): Promise<void>
  /** The labels of the alerts that match and are inhibited. */
  inhibited(matcher: string): Promise<Labels[]>
  stop(): Promise<void>
}

export async function startAlertmanager(config: string): Promise<Alertmanager> {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-alertmanager-'))
  const { url, stop } = await startListening([
    'prometheus-alertmanager',
    `--config.file=${config}`,
    `--storage.path=${directory}`,
    '--cluster.listen-address=',
  ])
  const api = `${url}/api/v2/alerts`
  return {
    async send(alerts, state = 'firing') {
      const end = state === 'resolved' ? { endsAt: new Date().toISOString() } : {}
      const response = await fetch(api, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts.map((labels) => ({ labels, ...end }))),
      })
      if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`)
    },
    async inhibited(matcher) {
      const response = await fetch(`${api}?filter=${encodeURIComponent(matcher)}`)
      const alerts = (await response.json()) as { labels: Labels; status: { inhibitedBy: string[] } }[]
      return alerts.filter(({ status }) => status.inhibitedBy.length > 0).map(({ labels }) => labels)
    },
    async stop() {
      await stop()
      rmSync(directory, { recursive: true })
    },
  }
}
