// The paths of the page of remediation, and its HTML without data.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { createRemediationPage } from '../../../../src/remediate/page/page-routes.ts'
import { shell } from '../../../../src/remediate/page/shell.ts'

async function start(): Promise<string> {
  const server = createServer(express().use(createRemediationPage('1.2.3'))).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const addresses = (page: string) =>
  [...page.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map((match) => match[1]!)

test('serves everything that the page refers to, and every module that those import', async () => {
  const url = await start()
  const page = await fetch(url)
  expect(page.headers.get('cache-control')).toBe('no-store')
  const seen = new Set<string>()
  const visit = async (address: string): Promise<void> => {
    if (seen.has(address)) return
    seen.add(address)
    const response = await fetch(address)
    expect([address, response.status]).toEqual([address, 200])
    if (!address.endsWith('.js')) return
    for (const [, specifier] of (await response.text()).matchAll(/^(?:import|\}) .*from '(.*)';?$/gm))
      await visit(new URL(specifier!, address).href)
  }
  for (const address of addresses(await page.text())) await visit(`${url}/${address}`)
  const names = [...seen].map((address) => address.split('/').at(-1))
  expect(names).toEqual(
    expect.arrayContaining(['icon.svg', 'ui.css', 'page.css', 'app.js', 'uplot.js', 'trial.js']),
  )
})

test('serves neither the assets of another release nor other files', async () => {
  const url = await start()
  const app = addresses(await (await fetch(url)).text()).find((address) => address.endsWith('app.js'))!
  const status = async (path: string) => (await fetch(`${url}/${path}`)).status
  expect(await status(app)).toBe(200)
  expect(await status(app.replace(/page\/\w+/, 'page/0000000000000000'))).toBe(404)
  expect(await status(app.replace('app.js', '..%2Fshell.ts'))).toBe(404)
})

test('has no inline scripts or styles, and escapes the version', () => {
  const page = shell({ version: `"><script>alert('&')</script>`, assetHash: 'abc' })
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=|javascript:/)
  expect(page).toContain('remediation &quot;&gt;&lt;script&gt;')
})

test('without JavaScript, names the command that shows the same', () => {
  expect(shell({ version: '1', assetHash: 'abc' })).toMatch(
    /<noscript>.*kvminfo remediate list.*<\/noscript>/,
  )
})
