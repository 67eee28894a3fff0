// The page without its data.
import { expect, test } from 'vitest'
import { shell } from '../../../src/page/shell.ts'

const page = shell({ version: '1.2.3', telemetryPath: '/metrics', assetHash: 'abc' })

test('shows the version of the exporter and links to its other paths', () => {
  expect(page).toContain('exporter 1.2.3')
  for (const address of ['./metrics', '-/healthy', '-/ready', 'api/v1/live'])
    expect(page).toContain(`<a href="${address}">`)
})

test('without JavaScript, links to the metrics', () => {
  expect(page).toMatch(/<noscript>.*<a href="\.\/metrics">\/metrics<\/a>.*<\/noscript>/)
})

test('has no inline scripts or styles, which its content security policy forbids', () => {
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=|javascript:/)
})

test('escapes everything that comes from outside', () => {
  const hostile = `"><script>alert('&')</script>`
  const attacked = shell({ version: hostile, telemetryPath: `/${hostile}`, assetHash: 'abc' })
  expect(attacked.match(/<script/g)).toHaveLength(1)
  expect(attacked).toContain('exporter &quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;')
})
