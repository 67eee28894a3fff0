// The layout of the live page: at any width, dark or light.
import { beforeAll, expect, test } from 'vitest'
import type { FixtureVm } from '../helpers/fixture-tree/vm.ts'
import { life, names, rowOf, useLivePages } from '../helpers/live-pages.ts'

const { start, openLive } = useLivePages()
let url: string

beforeAll(async () => {
  const machines = ['erp', 'mail', 'web']
  const shape = (vm: FixtureVm): FixtureVm => ({ ...vm, name: machines[vm.index]!, isVirtio: vm.index > 0 })
  const started = await start({ vms: machines.length, vcpus: 2, shape }, ({ index }) =>
    life(3000, 0.45 + index * 0.25),
  )
  url = started.url
  return started.stop
})

test('is dark or light like the system, and fits on the screen of a phone', async () => {
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

test('at any width, names are readable, rows fit on the screen, and the main columns are there', async () => {
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
  // A scroll bar takes about 15 px of the width.
  for (let width = 360; width <= 1920; width += 13) {
    const { name, over } = await seen(width)
    expect([width, over, name >= 159]).toEqual([width, 0, true])
  }
  const main = ['name', 'class', 'ratio', 'io', 'cost', 'policy', 'disks', 'nics']
  for (const [width, least] of [
    [768, 300],
    [1024, 190],
    [1210, 170],
    [1280, 170],
  ] as const) {
    const { name, columns, over } = await seen(width)
    expect([width, over, columns]).toEqual([width, 0, expect.arrayContaining(main)])
    expect(name).toBeGreaterThan(least)
  }
})
