// The live page in Debian's Chromium, served by the real program for a host on which time passes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { ChangingHost, type VmLife } from './changing-host.ts'
import type { FixtureVm } from './fixture-tree/vm.ts'
import type { FixtureOptions } from './fixture-tree.ts'
import { type RunningProcess, startServe } from './kvminfo-process.ts'
import { openPage, startBrowser } from './page-browser.ts'

export const life = (switches: number, ratio: number, more: Partial<VmLife> = {}): VmLife => ({
  kernelSwitches: switches * ratio,
  userspaceSwitches: switches * (1 - ratio),
  io: switches * 0.1,
  cpu: 0.5,
  runDelay: 0.125,
  userspaceWait: 0.5,
  ...more,
})

export const rows = (page: Page) => page.locator('#vm-table tbody tr:not(.space)')
export const rowOf = (page: Page, name: string) =>
  rows(page).filter({ has: page.getByRole('rowheader', { name, exact: true }) })
export const cell = (page: Page, name: string, column: string) =>
  rowOf(page, name).locator(`.${column} .content`)
export const names = (page: Page) => rows(page).locator('.name').allTextContents()

/** For the tests of one file: a browser, functions that start hosts, and hooks that stop everything. */
export function useLivePages() {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-page-'))
  let browser: Browser
  const running: RunningProcess[] = []
  const clocks: NodeJS.Timeout[] = []
  let hosts = 0

  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
  })
  afterAll(async () => {
    for (const clock of clocks) clearInterval(clock)
    await browser?.close()
    await Promise.all(running.map((serve) => serve.stop()))
    rmSync(directory, { recursive: true, force: true })
    // Removing thousands of files takes a while.
  }, 60_000)

  /** Starts the program. Stops it after the last test unless a test has stopped it. */
  async function serveWith(flags: readonly string[]) {
    const started = await startServe(flags)
    running.push(started.serve)
    return { serve: started.serve, url: started.urls[0]! }
  }

  /** A host whose counters increase every few milliseconds, and the program that serves it. */
  async function start(
    options: FixtureOptions,
    lifeOf: (vm: FixtureVm) => VmLife,
    { stepMs = 50, args = [] as readonly string[] } = {},
  ) {
    hosts += 1
    const host = new ChangingHost(join(directory, String(hosts)), options)
    let last = performance.now()
    const step = () => {
      const now = performance.now()
      host.advance((now - last) / 1000, lifeOf)
      last = now
    }
    const clock = setInterval(step, stepMs)
    clocks.push(clock)
    const { procfs, sysfs, rundir } = host.tree.paths
    const flags = [`--path.procfs=${procfs}`, `--path.sysfs=${sysfs}`, `--path.rundir=${rundir}`, ...args]
    const { serve, url } = await serveWith(flags)
    const stop = async () => {
      clearInterval(clock)
      await serve.stop()
    }
    return { host, serve, flags, url, stop }
  }

  const open = (url: string, options: BrowserContextOptions = {}) => openPage(browser, url, options)

  /** Waits until the classes are known. */
  async function openLive(url: string, options: BrowserContextOptions = {}) {
    const opened = await open(`${url}/`, options)
    await opened.page.locator('.class .content[data-class]').first().waitFor()
    return opened
  }

  return { directory, serveWith, start, open, openLive }
}
