// Makes src/report/screenshot.png: the report on an invented fleet. Run it with `node test/screenshots/report.ts`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runKvminfo } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'
import { fleetSeries, openMetrics } from '../helpers/report/fleet.ts'
import { startFilledPrometheus } from '../helpers/report/prometheus.ts'

const picture = fileURLToPath(new URL('../../src/report/screenshot.png', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'kvminfo-screenshot-'))
const file = join(directory, 'report.html')
const prometheus = await startFilledPrometheus(directory, openMetrics(fleetSeries()))
const browser = await startBrowser()
try {
  const flags = ['--from=2026-10-01', '--to=2026-10-31', `--output=${file}`]
  const { code, stderr } = await runKvminfo('report', `--prometheus=${prometheus.url}`, ...flags)
  if (code !== 0) throw new Error(stderr)
  const { page } = await openPage(browser, `file://${file}`, { viewport: { width: 1300, height: 1240 } })
  await page.locator('#actions').evaluate((section) => section.scrollIntoView())
  await page.screenshot({ path: picture })
  console.log(picture)
} finally {
  await browser.close()
  await prometheus.stop()
  rmSync(directory, { recursive: true, force: true })
}
