// Debian's Chromium, for tests of the live page and for its picture.
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** It loads nothing from elsewhere: neither updates nor lists of its own. */
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
  /** What went wrong in it, among that what its content security policy forbids. */
  readonly complaints: string[]
  /** Addresses that it asked for. */
  readonly requests: string[]
}

/** A window of its own at `url`. */
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
