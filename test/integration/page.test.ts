// The live page in Debian's Chromium, fed by the real program from a host on which time goes on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { LiveDocument } from '../../src/page/live-document.ts'
import { ChangingHost, type VmLife } from '../helpers/changing-host.ts'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'
import type { FixtureOptions } from '../helpers/fixture-tree.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, type RunningProcess, startServe } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-page-'))
let browser: Browser
const running: RunningProcess[] = []
const clocks: NodeJS.Timeout[] = []

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
  // Thousands of files.
}, 60_000)

const life = (switches: number, ratio: number, more: Partial<VmLife> = {}): VmLife => ({
  kernelSwitches: switches * ratio,
  userspaceSwitches: switches * (1 - ratio),
  io: switches * 0.1,
  cpu: 0.5,
  runDelay: 0.125,
  userspaceWait: 0.5,
  ...more,
})

let hosts = 0
/** A host whose counters rise every few milliseconds, and the program that serves it. */
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
  const { serve, urls } = await startServe(flags)
  running.push(serve)
  const stop = async () => {
    clearInterval(clock)
    await serve.stop()
  }
  return { host, serve, flags, url: urls[0]!, stop }
}

const rows = (page: Page) => page.locator('#vm-table tbody tr:not(.space)')
const rowOf = (page: Page, name: string) =>
  rows(page).filter({ has: page.getByRole('rowheader', { name, exact: true }) })
const cell = (page: Page, name: string, column: string) => rowOf(page, name).locator(`.${column} .content`)
const names = (page: Page) => rows(page).locator('.name').allTextContents()

/** Waits until all of the classes are judged. */
async function openLive(url: string, options: BrowserContextOptions = {}, hash = '') {
  const opened = await openPage(browser, `${url}/${hash}`, options)
  await opened.page.locator('.class .content[data-class]').first().waitFor()
  return opened
}

describe('a host with a few VMs', () => {
  const lives = new Map([
    ['erp', life(3000, 0.45)],
    ['mail', life(2000, 0.75)],
    ['web', life(9000, 0.985)],
    ['db', life(4000, 0.97)],
    ['jump', life(40, 0.5, { cpu: 0.01 })],
    ['later', life(1000, 0.95)],
  ])
  const order = ['erp', 'mail', 'web', 'db', 'jump']
  let url: string
  let host: ChangingHost
  let serve: RunningProcess
  let flags: readonly string[]

  beforeAll(async () => {
    const shape = (vm: FixtureVm): FixtureVm => {
      const name = order[vm.index]!
      const vcpus = vm.vcpus.map((thread) => (name === 'db' ? { ...thread, fifoPriority: 10 } : thread))
      return { ...vm, name, vcpus, isVirtio: name !== 'erp' }
    }
    const started = await start(
      { vms: order.length, vcpus: 2, shape },
      (vm) => lives.get(vm.name) ?? life(0, 1),
    )
    ;({ url, host, serve, flags } = started)
    return started.stop
  })

  test('shows each VM with its class and figures, the worst first and the idle one last', async () => {
    const { page, complaints, requests } = await openLive(url)
    expect(await names(page)).toEqual(['erp', 'mail', 'db', 'web', 'jump'])
    expect(await rows(page).locator('.class').allTextContents()).toEqual([
      'io',
      'mixed',
      'compute',
      'compute',
      'idle',
    ])
    expect(await cell(page, 'jump', 'class').getAttribute('title')).toBe(
      'Not judged: that begins at 200 switches a second, and ends below 100.',
    )
    expect(Number(await cell(page, 'erp', 'ratio').textContent())).toBeCloseTo(0.45, 2)
    expect(await cell(page, 'erp', 'io').textContent()).toBe('10 %')
    expect(await cell(page, 'erp', 'delay').textContent()).toBe('20 %')
    // Half a second of waiting for QEMU a second, by two vCPUs that compute for half of it; the two are not read from
    // the host at the same moment.
    expect(Math.abs(Number(await cell(page, 'erp', 'cost').textContent()) - 0.5)).toBeLessThan(0.1)
    expect(await cell(page, 'db', 'policy').textContent()).toBe('fifo 10')
    expect(await rowOf(page, 'erp').locator('.emulated').allTextContents()).toEqual(['sata', 'e1000e'])
    expect(await rowOf(page, 'web').locator('.emulated').count()).toBe(0)
    expect(await page.locator('#host .tile').allTextContents()).toEqual([
      expect.stringContaining('510 vCPUs · 1 io · 1 mixed · 2 compute · 1 idle'),
      expect.stringMatching(/^CPU(49|50|51) %busy of 2 CPUs/),
      expect.stringContaining('of 252 GiB in use'),
      expect.stringContaining('2 MiB: 2.0 GiB of 4.0 GiB'),
      'KSMmerging90,000 pages saved',
      expect.stringMatching(/stay inside KVM/),
    ])
    expect(await page.locator('#sources summary').textContent()).toContain('Exits and switches: module')
    expect(complaints).toEqual([])
    expect(requests.filter((request) => !request.startsWith(url))).toEqual([])
  })

  test('sorts by a click on a header, and by the keyboard', async () => {
    const { page } = await openLive(url)
    const header = page.getByRole('columnheader', { name: 'VM' })
    await header.getByRole('button').click()
    const ascending = await names(page)
    expect(ascending).toEqual(ascending.toSorted())
    expect(await header.getAttribute('aria-sort')).toBe('ascending')
    await header.getByRole('button').focus()
    await page.keyboard.press('Enter')
    expect(await names(page)).toEqual(ascending.toReversed())
    expect(await header.getAttribute('aria-sort')).toBe('descending')
    expect(await page.evaluate('location.hash')).toBe('#sort=-name')

    // What is a number begins with the most.
    await page.getByRole('button', { name: 'Run delay' }).click()
    expect(await page.evaluate('location.hash')).toBe('#sort=-delay')
    await page.reload()
    await rows(page).first().waitFor()
    expect(await page.getByRole('columnheader', { name: 'Run delay' }).getAttribute('aria-sort')).toBe(
      'descending',
    )
  })

  test('filters by text and by class', async () => {
    const { page } = await openLive(url)
    await rowOf(page, 'db').click()
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('E1000 sata')
    expect(await names(page)).toEqual(['erp'])
    expect(await page.locator('#filter-count').textContent()).toMatch(/^1 of [45]$/)
    // The row that the keys act on is one that is shown.
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await page.locator('#detail h2').textContent()).toBe('erp')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('nothing has this')
    expect(await names(page)).toEqual([])
    expect(await page.locator('#empty').textContent()).toContain('No virtual machine passes the filter')
    await page.keyboard.press('Escape')
    expect((await names(page)).length).toBeGreaterThan(3)

    const chip = (name: string) => page.getByRole('group', { name: 'Classes' }).getByRole('button', { name })
    await chip('io').click()
    await chip('mixed').click()
    expect(await chip('io').getAttribute('aria-pressed')).toBe('true')
    for (const text of await rows(page).locator('.class').allTextContents())
      expect(['io', 'mixed']).toContain(text)
    expect(await page.evaluate('location.hash')).toBe('#class=io%2Cmixed')
  })

  test('a row opens what the VM exits for; keys, address and the way back', async () => {
    const { page, complaints } = await openLive(url)
    await page.keyboard.press('/')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    const detail = page.locator('#detail')
    await detail.getByRole('cell', { name: 'external_interrupt' }).waitFor()
    expect(await detail.locator('h2').textContent()).toBe('erp')
    expect(await detail.locator('.verdict').textContent()).toMatch(
      /^io 0\.45\d of its [\d,]+ switches a second stay inside KVM\. It loses/,
    )
    const shares = await detail.locator('.rest table').first().locator('tbody tr').allTextContents()
    expect(shares[0]).toMatch(/^io[\d.,k ]+50 %$/)
    expect(shares[1]).toMatch(/^hlt[\d.,k ]+25 %$/)
    expect(await detail.locator('.u-wrap').count()).toBe(3)
    expect(await detail.getByText('emulated by QEMU').count()).toBe(2)

    await page.keyboard.press('Escape')
    expect(await detail.isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.id')).toBe('vm-table')
    await rowOf(page, 'db').click()
    expect(await page.evaluate('location.hash')).toBe('#vm=db')
    await page.reload()
    await detail.getByText('fifo 10').first().waitFor()
    await page.goBack()
    await detail.waitFor({ state: 'hidden' })
    expect(complaints).toEqual([])
  })

  test('goes on: a VM that changes its ways, one that ends, another one with its process id', async () => {
    const { page } = await openLive(url)
    const points = async () => (await rowOf(page, 'web').locator('.ratio path').getAttribute('d'))!.length
    const before = await points()
    lives.set('web', life(200_000, 0.2))
    const named = (name: string) => host.vms.find((vm) => vm.name === name)!
    const [jump, mail] = [named('jump'), named('mail')]
    host.end('jump', { ...jump, name: 'later', startNs: jump.startNs + 600e9, isVirtio: true })
    host.end('mail')

    await rowOf(page, 'later').waitFor()
    expect(await rowOf(page, 'jump').count()).toBe(0)
    expect(await rowOf(page, 'mail').count()).toBe(0)
    expect((await ask(`${url}/api/v1/live/vms/${mail.pid}`)).status).toBe(404)
    const { vms } = JSON.parse((await ask(`${url}/api/v1/live`)).body) as LiveDocument
    const later = vms.find(({ label }) => label === 'later')!
    expect(later.pid).toBe(jump.pid)
    expect(later.history.switches[0]).toBeNull()
    // Its counters stand at eight million.
    expect(Math.max(...later.history.switches.map((point) => point ?? 0))).toBeLessThan(2000)

    await eventually(
      'web is seen to be io',
      async () => (await cell(page, 'web', 'class').textContent()) === 'io' || undefined,
      15_000,
    )
    expect(await points()).toBeGreaterThan(before)
    expect((await names(page)).indexOf('web')).toBeLessThan(2)
  })

  test('says when the exporter does not answer, since when, and goes on when it does', async () => {
    const { page } = await openLive(url)
    await serve.stop()
    const failure = page.locator('#failure')
    await failure.waitFor()
    expect(await failure.textContent()).toMatch(
      /^The exporter does not answer\. Since \d\d:\d\d:\d\d; asking again every second\. What is shown here is as of \d\d:\d\d:\d\d\.$/,
    )
    expect((await names(page)).length).toBeGreaterThan(3)
    const again = await startServe([...flags, `--web.listen-address=${new URL(url).host}`])
    running.push(again.serve)
    await failure.waitFor({ state: 'hidden' })
    expect(await page.locator('#status').textContent()).toMatch(/^live, as of/)
  })

  test('dark or light, as the system is; at the width of a phone nothing runs out of the screen', async () => {
    const backgrounds: unknown[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await openLive(url, { colorScheme, viewport: { width: 390, height: 844 } })
      backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
      await page.locator('#sort-by select').selectOption({ label: 'VM ↓' })
      expect((await names(page))[0]).toBe('web')
      await rowOf(page, 'erp').click()
      await page.locator('#detail').getByRole('cell', { name: 'external_interrupt' }).waitFor()
      expect(await page.evaluate(`document.getElementById('detail').scrollWidth`)).toBeLessThanOrEqual(390)
    }
    expect(backgrounds).toEqual(['rgb(244, 246, 248)', 'rgb(13, 18, 23)'])
  })

  test('at any width names can be read, no row runs out of the screen, and what is asked of the table is in it', async () => {
    const { page } = await openLive(url)
    const seen = async (width: number) => {
      await page.setViewportSize({ width, height: 800 })
      return (await page.evaluate(`(() => {
        const cells = [...document.querySelectorAll('#vm-table tbody tr:not(.space)')][0].children
        const shown = [...cells].filter((cell) => cell.getClientRects().length > 0)
        return {
          name: cells[0].getBoundingClientRect().width,
          columns: shown.map((cell) => cell.classList[0]),
          over: document.documentElement.scrollWidth - innerWidth,
        }
      })()`)) as { name: number; columns: string[]; over: number }
    }
    // A scroll bar takes some 15 px of these.
    for (let width = 360; width <= 1920; width += 13) {
      const { name, over } = await seen(width)
      expect([width, over, name >= 159]).toEqual([width, 0, true])
    }
    const asked = ['name', 'class', 'ratio', 'io', 'cost', 'policy', 'disks', 'nics']
    for (const [width, least] of [
      [768, 300],
      [1024, 190],
      [1210, 170],
      [1280, 170],
    ] as const) {
      const { name, columns, over } = await seen(width)
      expect([width, over, columns]).toEqual([width, 0, expect.arrayContaining(asked)])
      expect(name).toBeGreaterThan(least)
    }
  })

  test('without JavaScript it says where else to look', async () => {
    const { page } = await openPage(browser, url, { javaScriptEnabled: false })
    expect(await page.locator('noscript').textContent()).toContain('needs JavaScript')
  })
})

test('names of VMs are text, whatever is in them', async () => {
  const hostile = [
    '<img src=x onerror=window.attacked=1>',
    `"><svg onload='window.attacked=1'>`,
    '{{constructor.constructor("window.attacked=1")()}}',
    'a&lt;b&amp;\u202Egpj.exe',
    'x'.repeat(150),
  ]
  const shape = (vm: FixtureVm): FixtureVm => ({ ...vm, name: hostile[vm.index]! })
  const { url, stop } = await start({ vms: hostile.length, vcpus: 1, shape }, () => life(1000, 0.95))
  onTestFinished(stop)
  const { page, complaints } = await openLive(url)
  expect((await names(page)).toSorted()).toEqual(hostile.toSorted())
  for (const name of hostile) {
    await rows(page).filter({ hasText: name }).click()
    await page.locator('#detail h2').filter({ hasText: name }).waitFor()
    await page.locator('#detail').getByRole('cell', { name: 'external_interrupt' }).waitFor()
    await page.keyboard.press('Escape')
  }
  expect(await page.evaluate('window.attacked')).toBeUndefined()
  expect(await page.locator('img, #vm-table svg:not(.sparkline), #detail svg').count()).toBe(0)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1440)
  expect(complaints).toEqual([])
})

test('without the modules it says what is missing, why, and which command would help', async () => {
  const { url, stop } = await start({ vms: 2, vcpus: 1, kvminfo: false, taskinfo: false }, () =>
    life(1000, 0.5),
  )
  onTestFinished(stop)
  const { page } = await openLive(url)
  expect(await cell(page, 'vm-0000', 'class').textContent()).toBe('io')
  expect(await cell(page, 'vm-0000', 'cost').textContent()).toBe('–')
  expect(await cell(page, 'vm-0000', 'cost').getAttribute('title')).toBe(
    'Only the module kvminfo measures time, and exits are read from debugfs.',
  )
  const sources = page.locator('#sources')
  expect(await sources.locator('.badge').textContent()).toBe('2 commands would show more')
  await sources.locator('summary').click()
  expect(await sources.locator('code').allTextContents()).toEqual([
    'modprobe kvminfo; if it is not installed: sudo npm run kmod:install, in a clone of this release',
    'modprobe taskinfo; if it is not installed: sudo npm run kmod:install, in a clone of this release',
  ])
  await rowOf(page, 'vm-0000').click()
  await page
    .getByText('Only the module kvminfo counts exits by reason; exits are read from debugfs.')
    .waitFor()
})

test('a thousand VMs: a screenful of rows, all of them reached by keys and found by the filter', async () => {
  const shape = (vm: FixtureVm): FixtureVm => ({ ...vm, emulator: vm.emulator.slice(0, 1) })
  const { url, stop } = await start(
    { vms: 1000, vcpus: 1, shape, others: 0, libvirt: false, debugfs: false },
    ({ index }) => life(300 + index, 0.3 + (index % 70) / 100),
    { stepMs: 2000 },
  )
  onTestFinished(stop)
  const { page, complaints } = await openLive(url)
  await eventually(
    'all are listed',
    async () => (await page.locator('#vm-table').getAttribute('aria-rowcount')) === '1001' || undefined,
  )
  expect(await rows(page).count()).toBeLessThan(60)
  await page.getByRole('button', { name: 'VM', exact: true }).click()

  // What a look at the host costs the browser: the rows in the document are written anew, none is made or moved.
  await page.evaluate(`
    touched = { rows: new Set(), elements: 0 }
    new MutationObserver((records) => {
      for (const { target, addedNodes, removedNodes } of records) {
        const at = target instanceof Element ? target : target.parentElement
        touched.rows.add(at.closest('tr:not(.space)'))
        for (const node of [...addedNodes, ...removedNodes]) touched.elements += node instanceof Element ? 1 : 0
      }
    }).observe(document.querySelector('#vm-table tbody'), { subtree: true, childList: true, characterData: true, attributes: true })`)
  const asOf = await page.locator('#status').textContent()
  await page.locator('#status').filter({ hasNotText: asOf! }).waitFor()
  expect(await page.evaluate('[touched.rows.has(null), touched.elements]')).toEqual([false, 0])
  const inSight = await rows(page).count()
  const touchedRows = await page.evaluate('touched.rows.size')
  expect(touchedRows).toBeGreaterThan(0)
  expect(touchedRows).toBeLessThanOrEqual(inSight)

  await page.locator('#vm-table').focus()
  await page.keyboard.press('End')
  await rowOf(page, 'vm-0999').waitFor()
  expect(await rowOf(page, 'vm-0999').isVisible()).toBe(true)
  expect(await rows(page).count()).toBeLessThan(60)
  await page.keyboard.press('PageUp')
  await page.keyboard.press('Enter')
  await page.locator('#detail').getByRole('cell', { name: 'external_interrupt' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('vm-0500')
  expect(await names(page)).toEqual(['vm-0500'])
  expect(await page.locator('#filter-count').textContent()).toBe('1 of 1,000')
  expect(complaints).toEqual([])
})

test('passwords of the web configuration file hold for the page and all that it loads', async () => {
  const file = join(directory, 'web.yml')
  writeFileSync(file, `basic_auth_users:\n  ops: ${hashSync('secret', 4)}\n`)
  const { url, stop } = await start({ vms: 1, vcpus: 1 }, () => life(1000, 0.95), {
    args: [`--web.config.file=${file}`],
  })
  onTestFinished(stop)
  const { page, requests } = await openLive(url, { httpCredentials: { username: 'ops', password: 'secret' } })
  expect(await names(page)).toEqual(['vm-0000'])
  expect(requests.length).toBeGreaterThan(10)
  for (const address of new Set([...requests, `${url}/api/v1/live/vms/10000`]))
    expect([address, (await ask(address)).status]).toEqual([address, 401])
})
