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
    exposition: ['metrics'],
    sources: ['model', 'metrics', 'libvirt', 'errors.ts', 'log'],
    collectors: ['model', 'metrics', 'sources', 'errors.ts'],
    // A host over time, for whoever shows or judges it: no HTTP, no JSON.
    observe: ['model', 'sources', 'log'],
    page: ['model', 'sources', 'observe', 'ui', 'log', 'http'],
    exporter: ['model', 'metrics', 'sources', 'collectors', 'exposition', 'page', 'errors.ts', 'log', 'http'],
    // These know nothing of the product.
    'errors.ts': [],
    log: ['errors.ts'],
    config: ['errors.ts'],
    http: ['errors.ts', 'log', 'config'],
    ui: ['http'],
    // These reach out of the program: into C, and to libvirt.
    native: [],
    libvirt: ['errors.ts'],
    // The only one that knows all.
    cli: [
      'model',
      'metrics',
      'sources',
      'collectors',
      'exporter',
      'native',
      'errors.ts',
      'log',
      'config',
      'http',
    ],
  },
  onlyIn: {
    // These start processes: in the background, never in a scrape.
    child_process: [],
    execa: ['src/libvirt/run.ts'],
    systeminformation: ['src/sources/hostfacts/host-facts-reader.ts'],
    // This calls into C.
    koffi: ['src/native/sd-notify.ts'],
  },
}

const sources = new Map(
  globSync('src/**/*.{ts,js}', { cwd: root }).map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]),
)

test('src/ keeps to the directions of imports', () => {
  expect(sources.size).toBeGreaterThan(50)
  expect(importProblems(sources, rules)).toEqual([])
})

const isBrowserModule = (path: string) => /^src\/\w+\/browser\/.*\.js$/.test(path)

/** Shared modules know only each other; a page's modules also know the shared ones. */
const servedBeside = (path: string) =>
  path.startsWith('src/ui/') ? /^\.\/[\w-]+\.js$/ : /^(\.|\.\.\/\.\.\/ui\/browser)\/[\w-]+\.js$/

test('modules of the browser import only modules that are served to it', () => {
  const files = [...sources].filter(([path]) => isBrowserModule(path))
  expect(files.length).toBeGreaterThan(5)
  for (const [path, text] of files) {
    const imported = [...text.matchAll(/^(?:import|\}) .*from '(.*)'$/gm)].map((match) => match[1])
    for (const specifier of imported)
      expect([path, specifier]).toEqual([path, expect.stringMatching(servedBeside(path))])
  }
})

test('modules of the browser never make markup out of text', () => {
  for (const [path, text] of sources) {
    if (!isBrowserModule(path)) continue
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
