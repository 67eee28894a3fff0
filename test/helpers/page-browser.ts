// Debian's Chromium, for tests of the live page and for its pictures.
import { type Browser, chromium } from 'playwright-core'

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
