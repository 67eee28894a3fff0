// The texts that the packages get from elsewhere: roff, Debian's changelog, versions, the rule for files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { changelog } from '../../../deploy/package/changelog.ts'
import { loadedFiles } from '../../../deploy/package/dependencies.ts'
import { heapLimits } from '../../../deploy/package/launcher.ts'
import { escaped } from '../../../deploy/package/man-page.ts'
import { packageVersion } from '../../../deploy/package/versions.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

test('roff takes nothing in a text for a request or an escape', () => {
  expect(escaped(".hidden\n'quoted' \\d --flag `code`")).toBe(
    '\\&.hidden\n\\(aqquoted\\(aq \\ed \\-\\-flag \\(gacode\\(ga',
  )
})

test('a release candidate is older than its release to dpkg and rpm', () => {
  expect(packageVersion('0.2.0-rc.1')).toBe('0.2.0~rc.1')
  expect(packageVersion('0.2.0')).toBe('0.2.0')
})

test('the changelog begins with the version that is packaged, at the time of the sources', () => {
  const lines = changelog('kvminfo-exporter', '0.1.1', 0).split('\n')
  expect(lines[0]).toBe('kvminfo-exporter (0.1.1) stable; urgency=medium')
  expect(lines.filter((line) => line.startsWith('  ') && line.length > 80)).toEqual([])
  expect(lines.filter((line) => line.startsWith('  * [')).length).toBeGreaterThan(5)
  expect(lines).toContain(
    ' -- kvminfo-exporter developers <maintainers@kvminfo.invalid>  Thu, 01 Jan 1970 00:00:00 +0000',
  )
})

test('a first line of main.ts that starts no node is an error', () => {
  expect(heapLimits('#!/usr/bin/env -S A=1 node --b')).toEqual({ environment: ['A=1'], flags: ['--b'] })
  expect(() => heapLimits('#!/usr/bin/python3')).toThrow(/starts no node/)
})

test('of an npm package only what Node loads on this platform is taken', () => {
  const directory = scratchDirectory()
  const kept = ['dist/doc/anchor.js', 'index.js', 'linux_x64/koffi.node', 'package.json', 'style.css']
  const left = [
    ...['README.md', 'index.d.ts', 'index.js.map', 'index.ts', 'src/code.cc', '.eslintrc.json'],
    ...['test/index.js', 'docs/conf.js', 'dist/a.test.js', 'musl_x64/koffi.node', 'linux_arm64/koffi.node'],
  ]
  for (const path of [...kept, ...left]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), '')
  }
  expect(loadedFiles(directory, 'x64')).toEqual(kept)
})
