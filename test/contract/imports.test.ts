// Tests the architecture: which part of src/ may import which, and which files may start processes.
import { globSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { importProblems, type Rules } from '../helpers/import-rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const rules: Rules = {
  mayImport: {
    // The vocabulary, then the parts that build on it.
    model: [],
    metrics: ['model'],
    exposition: ['metrics'],
    sources: ['model', 'metrics', 'libvirt', 'errors.ts', 'log'],
    collectors: ['model', 'metrics', 'sources', 'errors.ts'],
    // A host over time, for all parts that show or judge it. No HTTP, no JSON.
    observe: ['model', 'sources', 'log'],
    page: ['model', 'sources', 'observe', 'ui', 'log', 'http'],
    // The monitor in the terminal.
    top: ['model', 'sources', 'observe', 'log', 'errors.ts'],
    // Checks of a host. What it finds becomes metrics only through the snapshot.
    doctor: ['model', 'sources', 'errors.ts', 'log'],
    // A report from a Prometheus; reads nothing of the host.
    report: ['model', 'metrics', 'ui', 'errors.ts'],
    exporter: ['model', 'metrics', 'sources', 'collectors', 'exposition', 'page', 'errors.ts', 'log', 'http'],
    // These know nothing about the product.
    'errors.ts': [],
    log: ['errors.ts'],
    config: ['errors.ts'],
    http: ['errors.ts', 'log', 'config'],
    ui: ['http'],
    // These reach outside the program: native calls C, libvirt runs virsh.
    native: [],
    libvirt: ['errors.ts'],
    // What an operator allows; both halves of remediation read it.
    policy: ['model', 'config', 'log', 'errors.ts'],
    // The only part that changes the host.
    actuator: ['model', 'sources', 'libvirt', 'native', 'policy', 'errors.ts', 'log', 'config'],
    remediate: [
      'model',
      'metrics',
      'exposition',
      'policy',
      'observe',
      'sources',
      'libvirt',
      'http',
      'ui',
      'config',
      'log',
      'errors.ts',
      'actuator',
    ],
    // The only part that may know all others.
    cli: [
      'model',
      'metrics',
      'sources',
      'collectors',
      'exporter',
      'doctor',
      'report',
      'top',
      'native',
      'actuator',
      'policy',
      'remediate',
      'observe',
      'errors.ts',
      'log',
      'config',
      'http',
    ],
  },
  mayBeImportedBy: {
    // The two halves of what changes the host: threads and libvirt's definitions.
    'src/native/scheduler.ts': ['actuator'],
    'src/libvirt/write.ts': ['actuator'],
    // Of the actuator, the part that faces the network knows the protocol and the client.
    'src/actuator/': ['cli'],
    'src/actuator/protocol.ts': ['cli', 'remediate'],
    'src/actuator/client.ts': ['cli', 'remediate'],
    'src/actuator/kill-switch.ts': ['cli', 'remediate'],
  },
  onlyIn: {
    // These start processes: in the background, never in a scrape.
    child_process: ['src/cli/actuator-process.ts'],
    execa: ['src/libvirt/run.ts', 'src/sources/cmdline/read-apart.ts'],
    systeminformation: [
      'src/sources/hostfacts/host-facts-reader.ts',
      'src/sources/hostfacts/systeminformation.d.ts',
    ],
    // The only writer of a database. Node's own module is experimental, so its use stays in one file.
    sqlite: ['src/remediate/journal/database.ts'],
    // The only caller of C.
    koffi: [
      'src/native/exit-now.ts',
      'src/native/peer-credentials.ts',
      'src/native/scheduler.ts',
      'src/native/sd-notify.ts',
    ],
  },
}

const sources = new Map(
  globSync('src/**/*.{ts,js}', { cwd: root }).map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]),
)

test('src/ follows the rules for imports', () => {
  expect(sources.size).toBeGreaterThan(50)
  expect(importProblems(sources, rules)).toEqual([])
})

test('an import of node:http takes only types, because values cost memory (src/http/node-http.ts)', () => {
  for (const [path, text] of sources)
    expect([path, /^import (?!type ).*from 'node:https?'$/m.exec(text)?.[0]]).toEqual([path, undefined])
})

const isBrowserModule = (path: string) => /^src\/(?:[\w-]+\/)+browser\/[\w-]+\.js$/.test(path)

/** The specifiers that a module may import. Shared modules import only each other; a page's modules also the shared ones. */
const servedBeside = (path: string) => {
  if (path.startsWith('src/ui/')) return /^\.\/[\w-]+\.js$/
  const shared = relative(dirname(path), 'src/ui/browser')
  return new RegExp(`^(\\.|${shared.replaceAll('.', '\\.')})/[\\w-]+\\.js$`)
}

test('browser modules import only modules that are served to the browser', () => {
  const files = [...sources].filter(([path]) => isBrowserModule(path))
  expect(files.length).toBeGreaterThan(5)
  for (const [path, text] of files) {
    const imported = [...text.matchAll(/^(?:import|\}) .*from '(.*)'$/gm)].map((match) => match[1])
    for (const specifier of imported)
      expect([path, specifier]).toEqual([path, expect.stringMatching(servedBeside(path))])
  }
})

test('browser modules never turn text into markup', () => {
  for (const [path, text] of sources) {
    if (!isBrowserModule(path)) continue
    const found =
      /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function/
    expect([path, found.exec(text)?.[0]]).toEqual([path, undefined])
  }
})

test('every rule names folders and files that exist', () => {
  const areas = new Set([...sources.keys()].map((path) => path.split('/')[1]))
  expect(Object.keys(rules.mayImport).sort()).toEqual([...areas].sort())
  for (const file of Object.values(rules.onlyIn).flat()) expect([...sources.keys()]).toContain(file)
  for (const start of Object.keys(rules.mayBeImportedBy))
    expect([...sources.keys()].filter((path) => path.startsWith(start))).not.toEqual([])
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
    'src/http/x.ts:1: child_process may be imported only in src/cli/actuator-process.ts',
  ],
])('finds %j', (text, problem) => {
  expect(importProblems(new Map([['src/http/x.ts', text]]), rules)).toEqual([problem])
})

test('reports a new folder without a rule', () => {
  const made = new Map([['src/novel/x.ts', "import { a } from '../errors.ts'"]])
  expect(importProblems(made, rules)).toEqual([
    'src/novel/x.ts:1: novel has no rule: say in this test what it may import',
  ])
})

test('finds a cycle, with the lines that form it', () => {
  const made = new Map([
    ['src/log/a.ts', "import { b } from './b.ts'"],
    ['src/log/b.ts', "\nimport { c } from './c.ts'"],
    ['src/log/c.ts', "import { b } from './b.ts'"],
  ])
  expect(importProblems(made, rules)).toEqual(['cycle: src/log/b.ts:2 -> src/log/c.ts:1'])
})

test.each([
  [
    'src/remediate/x.ts',
    '../actuator/actuator.ts',
    'src/actuator/actuator.ts may not be imported by remediate',
  ],
  [
    'src/remediate/x.ts',
    '../actuator/operations/index.ts',
    'src/actuator/operations/index.ts may not be imported by remediate',
  ],
  ['src/remediate/x.ts', '../actuator/protocol.ts', undefined],
  ['src/remediate/x.ts', '../actuator/client.ts', undefined],
  ['src/cli/x.ts', '../actuator/actuator.ts', undefined],
  ['src/cli/x.ts', '../native/scheduler.ts', 'src/native/scheduler.ts may not be imported by cli'],
  ['src/actuator/x.ts', '../native/scheduler.ts', undefined],
  ['src/remediate/x.ts', '../libvirt/write.ts', 'src/libvirt/write.ts may not be imported by remediate'],
  ['src/actuator/x.ts', '../libvirt/write.ts', undefined],
  ['src/exporter/x.ts', '../actuator/protocol.ts', 'exporter may not import actuator'],
])('of an import in %s of %s it says %s', (file, specifier, problem) => {
  const found = importProblems(new Map([[file, `import { a } from '${specifier}'`]]), rules)
  expect(found).toEqual(problem === undefined ? [] : [`${file}:1: ${problem}`])
})

test('reports nothing for allowed imports', () => {
  const made = new Map([
    [
      'src/http/a.ts',
      "import { b } from './b.ts'\nimport { KvminfoError } from '../errors.ts'\nimport express from 'express'",
    ],
    ['src/http/b.ts', "import type { Logger } from '../log/logger.ts'"],
  ])
  expect(importProblems(made, rules)).toEqual([])
})
