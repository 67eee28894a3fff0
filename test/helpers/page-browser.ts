// Debian's Chromium, for tests of the live page and for its screenshot.
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** A browser that loads nothing else from the network: neither updates nor its own lists. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet })
}

export interface OpenPage {
  readonly page: Page
  /** Errors and warnings of the page, including violations of its content security policy. */
  readonly complaints: string[]
  /** The URLs that the page requested. */
  readonly requests: string[]
}

/** Opens `url` in a window of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(url)
  return { page, complaints, requests }
}
