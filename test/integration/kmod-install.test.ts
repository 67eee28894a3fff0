// The wrappers around DKMS, as far as a machine allows without loading a module: what they say when something is
// missing, and that DKMS builds both modules from kmod/dkms.conf.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  findGroup,
  packageVersion,
  parseDkmsStatus,
  sourceDirectory,
} from '../../deploy/dkms/module-package.ts'
import { missing } from '../../deploy/dkms/preconditions.ts'

const script = (name: string) => fileURLToPath(new URL(`../../deploy/dkms/${name}.ts`, import.meta.url))

const ready = { isRoot: true, kernel: '6.1.0-56-amd64', hasHeaders: true, hasDkms: true }

test('nothing is missing', () => {
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
])('%j: says what to type', (lacks, message) => {
  expect(missing('kmod:install', { ...ready, ...lacks })).toMatch(message)
})

test('a kernel without headers: says so, changes nothing, exit code 1', () => {
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

test('versions from dkms status, group from /etc/group', () => {
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

test('DKMS builds both modules', { timeout: 300_000 }, () => {
  const fetched = spawnSync(join(sourceDirectory, 'fetch-headers.sh'), ['linux-headers-amd64'], {
    encoding: 'utf8',
  })
  expect(fetched.status, fetched.stderr).toBe(0)
  const headers = fetched.stdout.trim()
  const kernel = basename(headers).replace(/^linux-headers-/, '')
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-dkms-'))
  try {
    const version = packageVersion()
    for (const name of ['tree', 'source', 'install']) mkdirSync(join(root, name))
    cpSync(sourceDirectory, join(root, 'source', `kvminfo-${version}`), {
      recursive: true,
      filter: (path) => basename(path) !== 'build',
    })
    const trees = [
      ...['--kernelsourcedir', headers],
      '--dkmstree',
      join(root, 'tree'),
      '--sourcetree',
      join(root, 'source'),
      '--installtree',
      join(root, 'install'),
    ]
    const built = spawnSync('dkms', ['build', '-m', 'kvminfo', '-v', version, '-k', kernel, ...trees], {
      encoding: 'utf8',
    })
    expect(built.error, 'DKMS is not installed: apt-get install dkms').toBeUndefined()
    const [log] = globSync(join(root, 'tree/kvminfo/**/make.log'))
    expect(built.status, `${built.stderr}${log === undefined ? '' : readFileSync(log, 'utf8')}`).toBe(0)
    const result = join(root, 'tree/kvminfo', version, kernel, 'x86_64/module')
    for (const module of ['kvminfo', 'taskinfo']) {
      const files = ['', '.xz', '.zst', '.gz'].map((suffix) => join(result, `${module}.ko${suffix}`))
      expect(
        files.some((path) => existsSync(path)),
        `${module}.ko in ${result}`,
      ).toBe(true)
    }
  } finally {
    rmSync(root, { recursive: true })
  }
})
