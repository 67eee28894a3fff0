// Makes src/page/screenshot.png: the live page of an invented host, after five minutes, when its history is full.
// Run it with `npx node test/screenshots/live-page.ts`.
import { fileURLToPath } from 'node:url'
import { startServe } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'
import { startInventedHost } from './invented-host.ts'

const picture = fileURLToPath(new URL('../../src/page/screenshot.png', import.meta.url))
const minutes = 5

const host = startInventedHost()
const { serve, urls } = await startServe([...host.flags])
const browser = await startBrowser()
try {
  const { page } = await openPage(browser, urls[0]!, { viewport: { width: 1440, height: 810 } })
  console.log(`waiting ${minutes} minutes until the sparklines are full`)
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000 + 10_000))
  await page.screenshot({ path: picture })
  console.log(picture)
} finally {
  await browser.close()
  await serve.stop()
  host.end()
}
