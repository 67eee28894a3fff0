// The page of remediation in Chromium: a person sees what waits, decides with the keyboard alone, and sees what became of it.
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isStopped } from '../../src/actuator/kill-switch.ts'
import { receive } from '../../src/remediate/journal/receive.ts'
import { approve, decline, move } from '../../src/remediate/journal/runs.ts'
import { alertOf } from '../helpers/journal-values.ts'
import { eventually } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'
import { servedPage, token } from '../helpers/remediate/served-page.ts'
import { other, safe2 } from '../helpers/remediate/simulated-host.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(() => browser.close())

async function openLive(url: string, options: BrowserContextOptions = {}) {
  const opened = await openPage(browser, `${url}/`, options)
  await opened.page.locator('#status').filter({ hasText: 'live, as of' }).waitFor()
  return opened
}

/** A host with a proposal for its VM. */
async function proposal(policy?: string) {
  const served = await servedPage(policy)
  const id = served.host.fire()[0]!
  await served.host.until(id, 'proposed')
  return { ...served, id }
}

/** By how many pixels the content is wider than the element. */
const tooWide = (selector: string) =>
  `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('${selector}'))`

const dialog = (page: Page) => page.getByRole('dialog')
const stateOf = (page: Page, id: number) =>
  page
    .locator('article.card')
    .filter({ hasText: `run ${id},` })
    .locator('.state')
    .first()

const hasFocus = async (wanted: Locator): Promise<boolean> =>
  (await wanted.and(wanted.page().locator(':focus')).count()) === 1

/** Presses Tab until the element that matches has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('button', { name })
  await wanted.waitFor()
  for (let presses = 0; presses < 60; presses++) {
    if (await hasFocus(wanted)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${name}`)
}

/** Answers the dialog, which must have the focus where a person starts. */
async function giveToken(page: Page, text = token): Promise<void> {
  await dialog(page).waitFor()
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

test('without runs, says what makes one and how to see a plan', async () => {
  const { url } = await servedPage()
  const { page, complaints, requests } = await openLive(url)
  await page.getByText('No run is open.').waitFor()
  expect(await page.locator('#open code').allTextContents()).toContain(
    'kvminfo remediate plan sched-tier <vm>',
  )
  await page.getByText('No run has ended yet.').waitFor()
  expect(await page.locator('#guards .tile').allTextContents()).toEqual([
    'Waiting for a decision0',
    'Being tried0 of 1at once',
    'Holding0',
    'Changes in the last hour0 of 6each VM: 3 a day, 1 h apart',
    'Alerts0 of 30in 5 min',
    'Policyproposefor actions without a mode of their own; without approval at any time',
    'Kill switchoffStop everything…',
  ])
  expect(requests.filter((request) => !request.startsWith(url))).toEqual([])
  expect(complaints).toEqual([])
})

test('a proposal is approved with the keyboard alone, measured before the eyes, held, and undone', async () => {
  const { url, id, host, hold } = await proposal()
  const { page, complaints } = await openLive(url)
  const card = page.locator('#pending article')
  await card.getByText('rr 1').first().waitFor()
  expect(await card.locator('.plan table').textContent()).toContain('other, nice 0')
  expect(await card.locator('.preconditions li').count()).toBeGreaterThan(3)
  expect(await card.locator('pre').textContent()).toContain('chrt --rr --reset-on-fork --pid 1')
  expect(await card.locator('dl').textContent()).toMatch(
    /at once.*medium.*nobody else.*by turns.*former scheduling/,
  )
  expect(await page.title()).toMatch(/^\(1\) kvminfo remediation/)

  await tabTo(page, `Approve run ${id}: sched-tier on ${host.vm.label}`)
  await page.keyboard.press('Enter')
  await giveToken(page)
  await page.getByText(`Run ${id} is approved.`).waitFor()
  expect(host.store.run(id)).toMatchObject({ state: 'approved' })
  await page.locator('#queue').getByText('approved, not begun').waitFor()

  // The trial goes on to its ninth window and then waits for the test.
  const { addWindow } = host.parts.store
  host.parts.store.addWindow = (...values) => {
    addWindow(...values)
    if (values[1] === '3 B') hold(true)
  }
  await host.until(id, 'measuring')
  await page.getByText('block 3 of 8, with the change: 9 of 32 windows are measured').waitFor()
  const trial = page.locator('#trying .trial')
  expect(await trial.locator('.trial-figures').textContent()).toContain('Median: 40 % without, 10 % with')
  await trial.locator('canvas').waitFor()
  expect(await trial.locator('.u-legend').textContent()).toMatch(
    /without the change:? ?40 %.*with the change:? ?10 %/,
  )

  hold(false)
  host.parts.store.addWindow = addWindow
  await host.until(id, 'holding')
  await page
    .locator('#holding')
    .getByText('40.0 % of its runnable time without the change and 10.0 % with it')
    .waitFor()
  expect(host.live()).toEqual([safe2, safe2])

  // The token is still known.
  await tabTo(page, new RegExp(`^Undo run ${id}`))
  await page.keyboard.press('Enter')
  await dialog(page).getByText('put back').waitFor()
  expect(await page.getByLabel("Approver's token").isVisible()).toBe(false)
  await page.keyboard.press('Enter')
  await page.getByText(`Run ${id} is undone.`).waitFor()
  expect(host.live()).toEqual([other, other])
  const row = page.locator('#history-table tbody tr')
  await row.getByText('undone', { exact: true }).waitFor()
  expect(await row.textContent()).toContain('undone by a person with the token of approvers')

  await tabTo(page, `Open run ${id}`)
  await page.keyboard.press('Enter')
  const detail = page.locator('#detail')
  await detail.getByRole('heading', { name: 'Steps, with the values read back' }).waitFor()
  expect(await detail.textContent()).toMatch(/approved by a person.*applied and undone by turns.*undone/s)
  expect(page.url()).toContain(`#run=${id}`)
  await page.keyboard.press('Escape')
  expect(await detail.isVisible()).toBe(false)
  expect(await hasFocus(page.getByRole('button', { name: `Open run ${id}` }))).toBe(true)
  expect(complaints).toEqual([])
})

test('a declined proposal changes nothing and is in the history', async () => {
  const { url, id, host } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, new RegExp(`^Decline run ${id}`))
  await page.keyboard.press('Enter')
  await giveToken(page)
  await page.getByText(`Run ${id} is declined.`).waitFor()
  await page.locator('#history-table').getByText('declined', { exact: true }).waitFor()
  expect(host.store.run(id)?.state).toBe('declined')
  expect(host.live()).toEqual([other, other])
})

test('Escape answers no question, and a key that is held down neither', async () => {
  const { url, id, host } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, new RegExp(`^Approve run ${id}`))
  await page.keyboard.press('Enter')
  await page.keyboard.type(token)
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'hidden' })
  expect(host.store.run(id)?.state).toBe('proposed')
  expect(await hasFocus(page.getByRole('button', { name: /^Approve run/ }))).toBe(true)
  // The text that was typed is gone.
  await page.keyboard.press('Enter')
  expect(await page.getByLabel("Approver's token").inputValue()).toBe('')
  await page.keyboard.press('Escape')

  // With a token that is known, the button has the focus at once.
  await decideWith(page, /^Stop everything/)
  await page.getByText('The kill switch is set.').waitFor()
  await tabTo(page, /^Approve run/)
  await page.keyboard.down('Enter')
  await dialog(page).waitFor()
  for (let repeat = 0; repeat < 5; repeat++) await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  expect(await dialog(page).isVisible()).toBe(true)
  expect(host.store.run(id)?.state).toBe('proposed')
})

async function decideWith(page: Page, button: RegExp): Promise<void> {
  await tabTo(page, button)
  await page.keyboard.press('Enter')
  await giveToken(page)
}

test('a wrong token is asked for again and decides nothing; a reload forgets the right one', async () => {
  const { url, id, host } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, /^Approve run/)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await dialog(page).getByText('Enter the token.').waitFor()
  await page.keyboard.type('has a blank')
  await page.keyboard.press('Enter')
  await dialog(page).getByText('A token has only printable characters and no blanks.').waitFor()
  await page.getByLabel("Approver's token").fill('')
  await giveToken(page, 'token-of-alertmanager-0123')
  await dialog(page).getByText('This token was not accepted.').waitFor()
  expect(host.store.run(id)?.state).toBe('proposed')
  expect(await page.getByLabel("Approver's token").inputValue()).toBe('')
  await giveToken(page)
  await page.getByText(`Run ${id} is approved.`).waitFor()

  const stored = await page.evaluate(
    'JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])',
  )
  expect(stored).toBe(`[{},{},"","${url}/"]`)
  await page.reload()
  await page.locator('#queue').getByText('approved, not begun').waitFor()
  await page.getByRole('button', { name: /^Stop everything/ }).click()
  expect(await page.getByLabel("Approver's token").isVisible()).toBe(true)
})

test('an approval of a plan that has changed since it was shown is refused, and the page shows what is there', async () => {
  const { url, id, host } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, /^Approve run/)
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  host.database.transaction(() => host.database.run("UPDATE run SET plan_sha = 'another' WHERE id = ?", id))
  await giveToken(page)
  await page
    .getByText(
      `Run ${id} was not approved: The plan has changed since it was shown; look at it again. This page now shows what is there.`,
    )
    .waitFor()
  expect(host.store.run(id)?.state).toBe('proposed')

  // What is shown by now can be approved. The page may be drawn again while the dialog is answered, so an answer can be
  // about the former plan once more; it is not clicked again after it was accepted.
  const notice = page.locator('#notice')
  await eventually('the new plan is approved', async () => {
    if ((await notice.textContent()) === `Run ${id} is approved.`) return true
    const approve = page.getByRole('button', { name: /^Approve run/ })
    if (await approve.isVisible()) await approve.click({ timeout: 1_000 }).catch(() => undefined)
    if (await dialog(page).isVisible()) await page.keyboard.press('Enter')
    return undefined
  })
  expect(host.store.run(id)?.state).toBe('approved')
})

test('a proposal that somebody else has decided meanwhile is not decided again', async () => {
  const { url, id, host } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, /^Approve run/)
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  decline(host.journal, id, { who: 'somebody else', how: 'cli', planSha: host.store.run(id)!.planSha! })
  await giveToken(page)
  await page.getByText(`Run ${id} was not approved: This run does not wait for a decision.`).waitFor()
  await page.locator('#history-table').getByText('declined by somebody else').waitFor()
})

test('the kill switch is set after a question, undoes what holds, and is released', async () => {
  const { url, id, host, rundir } = await proposal()
  host.parts.isStopped = () => isStopped(rundir)
  const { planSha } = host.store.run(id)!
  approve(host.journal, id, { who: 'somebody', how: 'cli', planSha: planSha! }, 86_400_000)
  await host.until(id, 'holding')
  const { page, complaints } = await openLive(url)
  await tabTo(page, 'Stop everything…')
  await page.keyboard.press('Enter')
  await dialog(page).getByText('Nothing new begins').waitFor()
  await page.keyboard.press('Escape')
  expect(isStopped(rundir)).toBe(false)
  await decideWith(page, /^Stop everything/)
  await page.getByText('The kill switch is set.').waitFor()
  expect(isStopped(rundir)).toBe(true)
  await page.getByText('The kill switch is set: nothing new begins').waitFor()
  await host.until(id, 'undone')
  expect(host.live()).toEqual([other, other])
  await page.locator('#history-table').getByText('the kill switch is set').waitFor()

  const [again] = host.fire() as [number]
  await host.engine.pass()
  await page.locator('#queue').getByText('waits because the kill switch is set').waitFor()
  expect(host.store.run(again)?.state).toBe('received')
  await tabTo(page, 'Release…')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByText('The kill switch is released.').waitFor()
  expect(isStopped(rundir)).toBe(false)
  expect(complaints).toEqual([])
})

test('shows names from outside as text, whatever they contain, and never wider than the screen', async () => {
  const { url, host } = await servedPage()
  const hostile = [
    '<script>window.attacked=1</script>',
    `"><img src=x onerror='window.attacked=1'>`,
    'a\u202Egpj.exe',
    'bell\u0007\u001b[31mred\nline',
    'x'.repeat(255),
    '--all',
  ]
  for (const [index, name] of hostile.entries()) {
    const alert = alertOf(index + 1)
    const request = { ...alert.request!, vm: { ...alert.request!.vm!, label: name }, device: name }
    const id = receive(host.journal, 'sha', [{ ...alert, labels: { ...alert.labels, note: name }, request }])
      .opened[0]!
    const plan = {
      ...(await planOf(host)),
      changes: [{ what: name, now: name, next: name }],
      preconditions: [{ text: name, holds: false, seen: name }],
      commands: [name],
      owner: name,
      diff: `--- ${name}\n+++ ${name}\n-${name}\n+${name}\n`,
    }
    move(host.journal, id, 'received', 'proposed', {
      plan,
      planSha: `p${index}`,
      policySha: 'p',
      reason: name,
    })
    if (index % 2 === 1) move(host.journal, id, 'proposed', 'refused', { reason: name })
  }
  const shown = (text: string) =>
    text.replace('\u202E', '\\u{202e}').replace('\u0007\u001b', '\\u{7}\\u{1b}').replace('\n', '\\u{a}')
  for (const width of [360, 1280]) {
    const { page, complaints } = await openLive(url, { viewport: { width, height: 800 } })
    await page.locator('#pending .diff').nth(2).waitFor()
    for (const [index, name] of hostile.entries()) {
      const place = page.locator(index % 2 === 1 ? '#history-table' : '#pending')
      expect(await place.textContent()).toContain(`${shown(name)}, device ${shown(name)}`)
    }
    await page.getByRole('button', { name: 'Everything about run 5' }).click()
    await page
      .locator('#detail')
      .getByText(`note="${'x'.repeat(255)}"`)
      .waitFor()
    expect(await page.evaluate(tooWide('#detail'))).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Approve run 5/ }).click()
    expect(await page.evaluate(tooWide('dialog'))).toBe(0)
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.evaluate('window.attacked')).toBeUndefined()
    expect(await page.locator('img, main script').count()).toBe(0)
    expect(complaints).toEqual([])
  }
})

async function planOf({ vm, parts }: Awaited<ReturnType<typeof servedPage>>['host']) {
  const { planFor } = await import('../../src/remediate/run/plan-for.ts')
  const result = await planFor('sched-tier', vm.label, undefined, parts)
  if (!('plan' in result)) throw new Error('there is no plan')
  return result.plan
}

test('says so when the program is gone, and a decision is not lost silently', async () => {
  const { url, id, host, stop } = await proposal()
  const { page } = await openLive(url)
  await tabTo(page, /^Approve run/)
  await page.keyboard.press('Enter')
  await dialog(page).waitFor()
  await stop()
  await giveToken(page)
  await dialog(page)
    .getByText(
      `The remediation service does not answer. Try again, or run on the host: kvminfo remediate approve ${id}`,
    )
    .waitFor()
  await page.keyboard.press('Escape')
  await page
    .locator('#failure')
    .getByText(/^The remediation service does not answer\. Failing since .* This page shows data from/)
    .waitFor()
  expect(await page.locator('#status').textContent()).toBe('not live')
  expect(host.store.run(id)?.state).toBe('proposed')
})

test('without a token in the policy, says how to decide on the host', async () => {
  const { url, host } = await servedPage('mode: propose', { hasApprovers: false })
  const id = host.fire()[0]!
  await host.until(id, 'proposed')
  const { page } = await openLive(url)
  await tabTo(page, /^Approve run/)
  await page.keyboard.press('Enter')
  await dialog(page).getByText(`Run on the host: kvminfo remediate approve ${id}`).waitFor()
  expect(await page.getByLabel("Approver's token").isVisible()).toBe(false)
  await page.keyboard.press('Enter')
  await dialog(page).waitFor({ state: 'hidden' })
  expect(host.store.run(id)?.state).toBe('proposed')
})

test('keeps the focus and the buttons while it refreshes, and opens a run by its address', async () => {
  const { url, id } = await proposal()
  const { page } = await openPage(browser, `${url}/#run=${id}`)
  await page
    .locator('#detail')
    .getByRole('heading', { name: `Run ${id}: sched-tier` })
    .waitFor()
  await page.keyboard.press('Escape')
  await tabTo(page, /^Decline run/)
  const asOf = await page.locator('#status').textContent()
  await page.locator('#status').filter({ hasNotText: asOf! }).waitFor()
  expect(await hasFocus(page.getByRole('button', { name: /^Decline run/ }))).toBe(true)
  expect(await stateOf(page, id).textContent()).toBe('waits for a decision')
})

test('is dark or light like the system, and fits at any width', async () => {
  const { url } = await proposal()
  const backgrounds: unknown[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await openLive(url, { colorScheme })
    await page.locator('#pending .preconditions').waitFor()
    backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
    for (let width = 360; width <= 1920; width += 60) {
      await page.setViewportSize({ width, height: 800 })
      expect([width, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([
        width,
        0,
      ])
    }
  }
  expect(backgrounds).toEqual(['rgb(244, 246, 248)', 'rgb(13, 18, 23)'])
})
