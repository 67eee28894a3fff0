// Makes src/page/screenshot.png: the live page of an invented host, after five minutes, when its history is full.
// Run it with `node test/screenshots/live-page.ts`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChangingHost } from '../helpers/changing-host.ts'
import { startServe } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'
import { knownMachines, lifeAt, shape } from './machines.ts'

const picture = fileURLToPath(new URL('../../src/page/screenshot.png', import.meta.url))
const minutes = 5

const root = mkdtempSync(join(tmpdir(), 'kvminfo-screenshot-'))
const host = new ChangingHost(root, { vms: knownMachines, vcpus: 4, shape })
let last = Date.now()
const clock = setInterval(() => {
  const now = Date.now()
  host.advance((now - last) / 1000, (vm) => lifeAt(now / 1000, vm), 0.62)
  last = now
}, 50)
const { procfs, sysfs, rundir } = host.tree.paths
const { serve, urls } = await startServe([
  `--path.procfs=${procfs}`,
  `--path.sysfs=${sysfs}`,
  `--path.rundir=${rundir}`,
])
const browser = await startBrowser()
try {
  const { page } = await openPage(browser, urls[0]!, { viewport: { width: 1440, height: 810 } })
  console.log(`waiting ${minutes} minutes until the sparklines are full`)
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000 + 10_000))
  await page.screenshot({ path: picture })
  console.log(picture)
} finally {
  await browser.close()
  clearInterval(clock)
  await serve.stop()
  rmSync(root, { recursive: true, force: true })
}
