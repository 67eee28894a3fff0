// What the live page shows of a few VMs, and how an operator uses it.
import { beforeAll, describe, expect, test } from 'vitest'
import type { LiveDocument } from '../../src/page/live-document.ts'
import type { ChangingHost } from '../helpers/changing-host.ts'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, type RunningProcess } from '../helpers/kvminfo-process.ts'
import { cell, life, names, rowOf, rows, useLivePages } from '../helpers/live-pages.ts'

const { start, serveWith, open, openLive } = useLivePages()

describe('the page of a host with a few VMs', () => {
  const lives = new Map([
    ['erp', life(3000, 0.45)],
    ['mail', life(2000, 0.75)],
    ['web', life(9000, 0.985, { io: 2700 })],
    ['db', life(4000, 0.97, { io: 80 })],
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
      'emulated-io',
      'mixed',
      'near-native',
      'in-kernel-io',
      'idle',
    ])
    expect(await cell(page, 'jump', 'class').getAttribute('title')).toBe(
      'Class idle: too few exits to judge. Judging begins at 200 exits per second and ends below 100.',
    )
    expect(Number(await cell(page, 'erp', 'ratio').textContent())).toBeCloseTo(0.45, 2)
    expect(await cell(page, 'erp', 'io').textContent()).toBe('10 %')
    expect(await cell(page, 'erp', 'delay').textContent()).toBe('20 %')
    // The vCPUs wait half a second for QEMU per second and use one CPU second per second. The two are not read from the host
    // at the same moment, which matters less the longer the time that the mean covers.
    await eventually('the cost is one half', async () => {
      const cost = Number(await cell(page, 'erp', 'cost').textContent())
      return Math.abs(cost - 0.5) < 0.1 || undefined
    })
    expect(await cell(page, 'db', 'policy').textContent()).toBe('fifo 10')
    expect(await rowOf(page, 'erp').locator('.emulated').allTextContents()).toEqual(['sata', 'e1000e'])
    expect(await rowOf(page, 'web').locator('.emulated').count()).toBe(0)
    expect(await page.locator('#host .tile').allTextContents()).toEqual([
      // No line ends within the number and the name of a class.
      expect.stringContaining(
        '510 vCPUs · 1\u00a0emulated\u2011io · 1\u00a0mixed · 1\u00a0in\u2011kernel\u2011io · 1\u00a0near\u2011native · 1\u00a0idle',
      ),
      expect.stringMatching(/^CPU(49|50|51) %of 2 CPUs busy/),
      expect.stringContaining('of 252 GiB in use'),
      expect.stringContaining('2 MiB: 2.0 GiB of 4.0 GiB'),
      'KSMmerging90,000 pages saved',
      expect.stringMatching(/handled in KVM/),
    ])
    expect(await page.locator('#sources summary').textContent()).toContain('VM exits: module')
    expect(complaints).toEqual([])
    expect(requests.filter((request) => !request.startsWith(url))).toEqual([])
  })

  test('sorts by a click on a header and by the keyboard', async () => {
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

    // Numbers are sorted from the highest at first.
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
    // The keys act on a row that the filter shows.
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await page.locator('#detail h2').textContent()).toBe('erp')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('nothing has this')
    expect(await names(page)).toEqual([])
    expect(await page.locator('#empty').textContent()).toContain('No virtual machine matches the filter')
    await page.getByRole('button', { name: 'Show all' }).click()
    expect((await names(page)).length).toBeGreaterThan(3)
    expect(await page.evaluate('document.activeElement.id')).toBe('vm-table')
    await page.keyboard.press('/')
    await page.keyboard.type('nothing has this')
    expect(await names(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect((await names(page)).length).toBeGreaterThan(3)

    const chip = (name: string) => page.getByRole('group', { name: 'Classes' }).getByRole('button', { name })
    expect(await chip('idle').getAttribute('title')).toContain('begins at 200 exits per second')
    await chip('emulated-io').click()
    await chip('mixed').click()
    expect(await chip('emulated-io').getAttribute('aria-pressed')).toBe('true')
    for (const text of await rows(page).locator('.class').allTextContents())
      expect(['emulated-io', 'mixed']).toContain(text)
    expect(await page.evaluate('location.hash')).toBe('#class=emulated-io%2Cmixed')
  })

  test('opens a VM with its exits by reason, by key, click, address and the Back button', async () => {
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
      /^emulated-io Root-mode switch ratio 0\.45\d at [\d,]+ exits per second\. The VM loses/,
    )
    expect(await detail.locator('.rest h3').first().textContent()).toMatch(
      /^What makes this VM leave KVM\? Exits to QEMU, last \d+ s$/,
    )
    const rows = (table: number) =>
      detail.locator('.rest table').nth(table).locator('tbody tr').allTextContents()
    const devices = await rows(0)
    expect(devices[0]).toMatch(/^ide-primary[\d.,k ]+50 %\d+\.\d\d$/)
    expect(devices[1]).toMatch(/^serial0[\d.,k ]+25 %\d+\.\d\d$/)
    expect(devices[2]).toMatch(/^mmio 0xfebc0000/)
    const shares = await rows(1)
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

  test('follows a VM that changes its behaviour, one that ends, and another one that reuses its process ID', async () => {
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
    // Its counters are at eight million.
    expect(Math.max(...later.history.switches.map((point) => point ?? 0))).toBeLessThan(2000)

    await eventually(
      'web has class emulated-io',
      async () => (await cell(page, 'web', 'class').textContent()) === 'emulated-io' || undefined,
      15_000,
    )
    expect(await points()).toBeGreaterThan(before)
    expect((await names(page)).indexOf('web')).toBeLessThan(2)
  })

  test('says that the exporter does not answer and since when, and recovers when it does', async () => {
    const { page } = await openLive(url)
    await serve.stop()
    const failure = page.locator('#failure')
    await failure.waitFor()
    expect(await failure.textContent()).toMatch(
      /^The exporter does not answer\. Failing since \d\d:\d\d:\d\d, retrying every second\. This page shows data from \d\d:\d\d:\d\d\.$/,
    )
    expect((await names(page)).length).toBeGreaterThan(3)
    // The message is visible at every scroll position.
    await page.setViewportSize({ width: 1440, height: 400 })
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    const { top, bottom } = (await page.evaluate(
      `(({ top, bottom }) => ({ top, bottom }))(document.getElementById('failure').getBoundingClientRect())`,
    )) as { top: number; bottom: number }
    expect([top > 0, bottom < 400]).toEqual([true, true])
    await serveWith([...flags, `--web.listen-address=${new URL(url).host}`])
    await failure.waitFor({ state: 'hidden' })
    expect(await page.locator('#status').textContent()).toMatch(/^live, as of/)
  })

  test('without JavaScript, says that it needs it', async () => {
    const { page } = await open(url, { javaScriptEnabled: false })
    expect(await page.locator('noscript').textContent()).toContain('needs JavaScript')
  })
})
