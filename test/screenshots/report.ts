// Makes src/report/screenshot.png: what `kvminfo report` says to do about the hosts of its integration test, drawn by
// Chromium. Run it with `npx node test/screenshots/report.ts`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runKvminfo } from '../helpers/kvminfo-process.ts'
import { startBrowser } from '../helpers/page-browser.ts'
import { fleetSeries, openMetrics } from '../helpers/report/fleet.ts'
import { startFilledPrometheus } from '../helpers/report/prometheus.ts'

const picture = fileURLToPath(new URL('../../src/report/screenshot.png', import.meta.url))
const size = { width: 1300, height: 1240 }

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-screenshot-'))
const file = join(directory, 'report.html')
console.log('filling Prometheus with thirty days')
const prometheus = await startFilledPrometheus(directory, openMetrics(fleetSeries()))
const browser = await startBrowser()
try {
  const range = ['--from=2026-10-01', '--to=2026-10-31']
  const { code, stderr } = await runKvminfo(
    'report',
    `--prometheus=${prometheus.url}`,
    ...range,
    `--output=${file}`,
  )
  if (code !== 0) throw new Error(stderr)
  const page = await browser.newPage({ viewport: size })
  await page.goto(pathToFileURL(file).href)
  await page.getByRole('heading', { name: 'What to do' }).evaluate((heading) => heading.scrollIntoView())
  await page.screenshot({ path: picture })
  console.log(picture)
} finally {
  await browser.close()
  await prometheus.stop()
  rmSync(directory, { recursive: true, force: true })
}
