// The live page on a host with a thousand VMs.
import { expect, onTestFinished, test } from 'vitest'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'
import { eventually } from '../helpers/kvminfo-process.ts'
import { life, names, rowOf, rows, useLivePages } from '../helpers/live-pages.ts'

const { start, openLive } = useLivePages()

test('keeps only a screenful of rows for a thousand VMs, and keys and filter reach all of them', async () => {
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

  // A new sample makes the browser rewrite the rows in the document, but it creates or moves none.
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
