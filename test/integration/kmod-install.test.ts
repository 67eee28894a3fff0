// The wrappers around DKMS, as far as they can be tested without loading a module: what they say if something is
// missing, and that DKMS installs both modules from kmod/dkms.conf or leaves the installed ones in place.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { build } from '../../deploy/dkms/build.ts'
import {
  findGroup,
  packageVersion,
  parseDkmsStatus,
  sourceDirectory,
} from '../../deploy/dkms/module-package.ts'
import { missing } from '../../deploy/dkms/preconditions.ts'

const script = (name: string) => fileURLToPath(new URL(`../../deploy/dkms/${name}.ts`, import.meta.url))

const ready = { isRoot: true, kernel: '6.1.0-56-amd64', hasHeaders: true, hasDkms: true }

test('reports nothing if nothing is missing', () => {
  expect(missing('kmod:install', ready)).toBeUndefined()
})

test.each([
  [{ isRoot: false }, /^kmod:install changes this host and needs root: sudo npm run kmod:install$/],
  [{ hasDkms: false }, /^DKMS, .*\nNothing was changed.*\n {2}apt-get install dkms$/],
  [
    { hasHeaders: false },
    /^The headers of kernel 6\.1\.0-56-amd64 are not installed \(\/lib\/modules\/6\.1\.0-56-amd64\/build\)\.\nNothing was changed.*\n {2}apt-get install linux-headers-6\.1\.0-56-amd64\nIf apt does not know/,
  ],
  [{ hasHeaders: false, hasDkms: false }, /\n {2}apt-get install dkms linux-headers-6\.1\.0-56-amd64\n/],
])('with %j, prints the command to type', (lacks, message) => {
  expect(missing('kmod:install', { ...ready, ...lacks })).toMatch(message)
})

test('reports a kernel without headers, changes nothing, and exits with 1', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script('install'), '--kernel', '0.0.0-none'],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(
    process.geteuid?.() === 0 ? 'apt-get install' : 'needs root: sudo npm run kmod:install',
  )
})

test('reads versions from dkms status and the group from /etc/group', () => {
  expect(
    parseDkmsStatus(
      'kvminfo/0.1.0, 6.1.0-56-amd64, x86_64: installed\nkvminfo/0.1.0, 6.12.1, x86_64: built\nkvminfo/0.0.9: added\nother/1: added\n',
    ),
  ).toEqual(['0.1.0', '0.0.9'])
  expect(parseDkmsStatus('')).toEqual([])
  const others = 'root:x:0:\nkvminfo-exporter:x:994:\n'
  expect(findGroup(`${others}kvminfo:x:995:\n`)).toEqual({ id: '995', members: [] })
  expect(findGroup(`${others}kvminfo:x:995:kvminfo-exporter,prometheus\n`)?.members).toEqual([
    'kvminfo-exporter',
    'prometheus',
  ])
  expect(findGroup(others)).toBeUndefined()
})

// In DKMS directories of its own: it changes nothing on the host.
test('an installation replaces the previous one, unless it does not compile', {
  timeout: 600_000,
}, () => {
  const fetched = spawnSync(join(sourceDirectory, 'fetch-headers.sh'), ['linux-headers-amd64'], {
    encoding: 'utf8',
  })
  expect(fetched.status, fetched.stderr).toBe(0)
  const headers = fetched.stdout.trim()
  const kernel = basename(headers).replace(/^linux-headers-/, '')
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-dkms-test-'))
  const at = (...path: string[]) => join(root, ...path)
  try {
    for (const path of ['tree', 'sources', `installed/${kernel}`]) mkdirSync(at(path), { recursive: true })
    cpSync(sourceDirectory, at('kmod'), { recursive: true, filter: (path) => basename(path) !== 'build' })
    const options = [
      ...['--kernelsourcedir', headers, '--dkmstree', at('tree'), '--sourcetree', at('sources')],
      ...['--installtree', at('installed'), '--no-depmod'],
    ]
    const trees = { sources: at('sources'), options }
    const modules = () =>
      globSync('**/*.ko*', { cwd: at('installed') }).map((path) => basename(path).replace(/\..*/, ''))
    const sources = (file: string) => globSync(`*/${file}`, { cwd: at('sources') })
    const version = packageVersion(sourceDirectory)

    // A stray copy that DKMS does not know is replaced, not merged with ours.
    mkdirSync(at('sources', `kvminfo-${version}`, 'kvminfo'), { recursive: true })
    writeFileSync(
      at('sources', `kvminfo-${version}`, 'kvminfo', 'stray.c'),
      '#error "from an earlier copy"\n',
    )
    build(at('kmod'), kernel, trees)
    expect(modules().sort()).toEqual(['kvminfo', 'taskinfo'])
    expect(sources('kvminfo/stray.c')).toEqual([])

    for (const next of [version, '99.0.0']) {
      const configuration = readFileSync(at('kmod', 'dkms.conf'), 'utf8').replaceAll(
        /_VERSION=".*"/g,
        `_VERSION="${next}"`,
      )
      writeFileSync(at('kmod', 'dkms.conf'), configuration)
      writeFileSync(at('kmod', 'kvminfo', 'broken.c'), '#error "does not compile"\n')
      expect(() => build(at('kmod'), kernel, trees)).toThrow(
        /#error "does not compile".*\nNothing was changed\.$/s,
      )
      expect(modules().sort()).toEqual(['kvminfo', 'taskinfo'])
      expect(sources('dkms.conf')).toEqual([`kvminfo-${version}/dkms.conf`])
      expect(sources('kvminfo/broken.c')).toEqual([])
    }

    rmSync(at('kmod', 'kvminfo', 'broken.c'))
    build(at('kmod'), kernel, trees)
    expect(modules().sort()).toEqual(['kvminfo', 'taskinfo'])
    expect(sources('dkms.conf')).toEqual(['kvminfo-99.0.0/dkms.conf'])
  } finally {
    rmSync(root, { recursive: true })
  }
})
