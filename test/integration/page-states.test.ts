// The live page on hosts where something is missing, strange or protected by a password.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test } from 'vitest'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'
import { ask } from '../helpers/http-request.ts'
import { cell, life, names, rowOf, rows, useLivePages } from '../helpers/live-pages.ts'

const { directory, start, open, openLive } = useLivePages()

test('shows names of VMs as text, whatever they contain', async () => {
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
  // The character that would write the rest of the line backwards is replaced.
  const shown = hostile.map((name) => name.replace('\u202E', '\uFFFD'))
  expect((await names(page)).toSorted()).toEqual(shown.toSorted())
  for (const name of shown) {
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

test('without any source of exits, opens the list of commands that would help and says that the exits of a VM are not known', async () => {
  const { url, stop } = await start({ vms: 2, vcpus: 1, kvminfo: false, debugfs: false }, () =>
    life(1000, 0.5),
  )
  onTestFinished(stop)
  const { page } = await open(url)
  await rowOf(page, 'vm-0000').click()
  const sources = page.locator('#sources')
  expect(await sources.getAttribute('open')).toBe('')
  expect(await sources.locator('summary').textContent()).toContain('VM exits: no source')
  expect(await sources.locator('code').first().textContent()).toContain('modprobe kvminfo')
  const detail = page.locator('#detail')
  await detail.getByRole('heading', { name: 'Devices' }).waitFor()
  expect(await detail.locator('.verdict').textContent()).toMatch(
    /^– Its exits are not known: the kvminfo module is not loaded: there is no .*proc\/kvminfo\.$/,
  )
  expect(await detail.locator('.rest p').first().textContent()).toContain('Not known: the kvminfo module')
})

test('without VMs, says so and does not report sources as missing', async () => {
  const { url, stop } = await start({ vms: 0, vcpus: 1 }, () => life(0, 1))
  onTestFinished(stop)
  const { page, complaints } = await open(url)
  await page.getByText('No KVM guest is running on this host.').waitFor()
  expect(await page.getByRole('button', { name: 'Show all' }).isVisible()).toBe(false)
  const sources = page.locator('#sources')
  expect(await sources.getAttribute('open')).toBeNull()
  expect(await sources.locator('summary').textContent()).toContain('Names and devices: cmdline, on standby')
  expect(await sources.locator('.none').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('without the modules, says what is missing, why, and which command would help', async () => {
  const { url, stop } = await start({ vms: 2, vcpus: 1, kvminfo: false, taskinfo: false }, () =>
    life(1000, 0.5),
  )
  onTestFinished(stop)
  const { page } = await openLive(url)
  expect(await cell(page, 'vm-0000', 'class').textContent()).toBe('emulated-io')
  expect(await cell(page, 'vm-0000', 'cost').textContent()).toBe('–')
  expect(await cell(page, 'vm-0000', 'cost').getAttribute('title')).toBe(
    'Only the kvminfo module measures time, and exits are read from debugfs.',
  )
  const sources = page.locator('#sources')
  expect(await sources.locator('.badge').textContent()).toBe('2 commands would show more')
  await sources.locator('summary').click()
  expect(await sources.locator('code').allTextContents()).toEqual([
    'modprobe kvminfo; if it is not installed: install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release',
    'modprobe taskinfo; if it is not installed: install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release',
  ])
  await rowOf(page, 'vm-0000').click()
  await page
    .getByText('Only the kvminfo module counts exits by reason, and exits are read from debugfs.')
    .waitFor()
})

test('protects the page and everything that it loads with the passwords of the web configuration file', async () => {
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
