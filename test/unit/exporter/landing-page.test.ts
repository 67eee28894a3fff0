// The page at `/`.
import { expect, test } from 'vitest'
import { type LandingPageContent, landingPage } from '../../../src/exporter/landing-page.ts'
import { vm } from '../../helpers/host-snapshot.ts'

const content: LandingPageContent = {
  version: '1.2.3',
  telemetryPath: '/metrics',
  stylesheetPath: '/landing-page.css',
  vms: [
    vm('web', 10, {
      machine: 'pc-q35-7.2',
      vcpus: [
        { id: 0, tid: 11 },
        { id: 1, tid: 12 },
      ],
    }),
  ],
  sources: [
    {
      fact: 'exits',
      source: 'module',
      state: 'unavailable',
      code: 'SOURCE_ABSENT',
      reason: '/proc/kvminfo is not there',
      remedy: 'modprobe kvminfo',
    },
    {
      fact: 'threads',
      source: 'procfs',
      state: 'in-use',
      code: undefined,
      reason: undefined,
      remedy: undefined,
    },
  ],
  failure: undefined,
}

test('shows the version, the VMs, the sources and the command that would help', () => {
  const page = landingPage(content)
  expect(page).toContain('exporter 1.2.3')
  expect(page).toContain('<a class="primary" href="/metrics">')
  expect(page).toContain('<b>1</b> running <b>2</b> vCPUs')
  expect(page).toMatch(/<th scope="row">web<\/th>.*10.*\n.*2.*pc-q35-7\.2/)
  expect(page).toMatch(
    /module.*\n.*not available.*\n.*<code>modprobe kvminfo<\/code><small>\/proc\/kvminfo is not there/,
  )
  expect(page).toMatch(/procfs.*\n.*<span class="state in-use">in use/)
})

test('nothing that comes from outside is markup', () => {
  const hostile = `<script>alert('&"')</script>`
  const page = landingPage({
    ...content,
    version: hostile,
    vms: [vm(hostile, 10, { machine: hostile })],
    sources: [{ ...content.sources[0]!, reason: hostile, remedy: hostile }],
    failure: hostile,
  })
  expect(page).not.toContain('<script')
  expect(page.match(/&lt;script&gt;alert\(&#39;&amp;&quot;&#39;\)&lt;\/script&gt;/g)).toHaveLength(6)
})

test('needs no script and no inline style', () => {
  expect(landingPage(content)).not.toMatch(/<script|<style|style=|onload|javascript:/)
})

test('a long list is cut, and says so', () => {
  const vms = Array.from({ length: 60 }, (_, index) => vm(`vm-${index}`, index))
  const page = landingPage({ ...content, vms })
  expect(page.match(/<th scope="row">vm-/g)).toHaveLength(50)
  expect(page).toContain('and 10 more')
})

test('a host without VMs is told apart from one that could not be read', () => {
  expect(landingPage({ ...content, vms: [] })).toContain('No process on this host runs a KVM guest')
  const failed = landingPage({ ...content, vms: undefined, sources: [], failure: 'could not be read' })
  expect(failed).toContain('<p class="failure">could not be read</p>')
  expect(failed).not.toContain('Virtual machines')
})

test('a worse source than the one in use is no gap: it is not made to stand out and no command is given', () => {
  const page = landingPage({
    ...content,
    sources: [
      {
        fact: 'exits',
        source: 'module',
        state: 'in-use',
        code: undefined,
        reason: undefined,
        remedy: undefined,
      },
      {
        fact: 'exits',
        source: 'debugfs',
        state: 'unavailable',
        code: 'SOURCE_DENIED',
        reason: 'not mounted',
        remedy: 'mount it',
      },
    ],
  })
  expect(page).toContain('<span class="state">not available</span>')
  expect(page).toContain('<small>not mounted</small>')
  expect(page).not.toContain('mount it')
})
