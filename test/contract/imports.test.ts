// The architecture as a test: which part of src/ may import which, and who may start processes.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { importProblems, type Rules } from '../helpers/import-rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const rules: Rules = {
  mayImport: {
    // The vocabulary, then what is built on it.
    model: [],
    metrics: ['model'],
    sources: ['model', 'metrics', 'errors.ts', 'log'],
    collectors: ['model', 'metrics', 'sources', 'errors.ts'],
    page: ['model', 'sources', 'log', 'http'],
    exporter: ['model', 'metrics', 'sources', 'collectors', 'page', 'errors.ts', 'log', 'http'],
    // These know nothing of the product.
    'errors.ts': [],
    log: ['errors.ts'],
    config: ['errors.ts'],
    http: ['errors.ts', 'log', 'config'],
    // The only one that knows all.
    cli: ['model', 'metrics', 'sources', 'collectors', 'exporter', 'errors.ts', 'log', 'config', 'http'],
  },
  onlyIn: {
    // What starts processes: in the background, never in a scrape.
    child_process: [],
    execa: ['src/sources/domstats/virsh.ts'],
    systeminformation: ['src/sources/hostfacts/host-facts-reader.ts'],
    // What calls into C.
    koffi: ['src/cli/service-manager.ts'],
  },
}

const sources = new Map(
  globSync('src/**/*.{ts,js}', { cwd: root }).map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]),
)

test('src/ keeps to the directions of imports', () => {
  expect(sources.size).toBeGreaterThan(50)
  expect(importProblems(sources, rules)).toEqual([])
})

test('what runs in the browser imports only what is served beside it', () => {
  const files = [...sources].filter(([path]) => /^src\/page\/browser\/.*\.js$/.test(path))
  expect(files.length).toBeGreaterThan(5)
  for (const [path, text] of files) {
    const imported = [...text.matchAll(/^(?:import|\}) .*from '(.*)'$/gm)].map((match) => match[1])
    for (const specifier of imported)
      expect([path, specifier]).toEqual([path, expect.stringMatching(/^\.\/[\w-]+\.js$/)])
  }
})

test('what runs in the browser makes no markup out of text', () => {
  for (const [path, text] of sources) {
    if (!path.startsWith('src/page/browser/')) continue
    const found =
      /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function/
    expect([path, found.exec(text)?.[0]]).toEqual([path, undefined])
  }
})

test('every rule is about something that is there', () => {
  const areas = new Set([...sources.keys()].map((path) => path.split('/')[1]))
  expect(Object.keys(rules.mayImport).sort()).toEqual([...areas].sort())
  for (const file of Object.values(rules.onlyIn).flat()) expect([...sources.keys()]).toContain(file)
})

test.each([
  ["import { a } from '../cli/main.ts'", 'src/http/x.ts:1: http may not import cli'],
  ["// first\nimport {\n  a,\n  b,\n} from '../cli/main.ts'", 'src/http/x.ts:5: http may not import cli'],
  ["import type { A } from '../model/vm.ts'", 'src/http/x.ts:1: http may not import model'],
  ["export * from '../model/vm.ts'", 'src/http/x.ts:1: http may not import model'],
  ["import '../model/vm.ts'", 'src/http/x.ts:1: http may not import model'],
  ["const a = await import('../model/vm.ts')", 'src/http/x.ts:1: http may not import model'],
  [
    "import { a } from '../../test/helpers/a.ts'",
    'src/http/x.ts:1: src/ imports test/helpers/a.ts, which is outside of it',
  ],
  [
    "import { spawn } from 'node:child_process'",
    'src/http/x.ts:1: child_process may be imported only in no file',
  ],
])('%j is found', (text, problem) => {
  expect(importProblems(new Map([['src/http/x.ts', text]]), rules)).toEqual([problem])
})

test('a new folder needs a rule', () => {
  const made = new Map([['src/novel/x.ts', "import { a } from '../errors.ts'"]])
  expect(importProblems(made, rules)).toEqual([
    'src/novel/x.ts:1: novel has no rule: say in this test what it may import',
  ])
})

test('a cycle is found, with the lines that form it', () => {
  const made = new Map([
    ['src/log/a.ts', "import { b } from './b.ts'"],
    ['src/log/b.ts', "\nimport { c } from './c.ts'"],
    ['src/log/c.ts', "import { b } from './b.ts'"],
  ])
  expect(importProblems(made, rules)).toEqual(['cycle: src/log/b.ts:2 -> src/log/c.ts:1'])
})

test('what is allowed is not found', () => {
  const made = new Map([
    [
      'src/http/a.ts',
      "import { b } from './b.ts'\nimport { KvminfoError } from '../errors.ts'\nimport express from 'express'",
    ],
    ['src/http/b.ts', "import type { Logger } from '../log/logger.ts'"],
  ])
  expect(importProblems(made, rules)).toEqual([])
})
