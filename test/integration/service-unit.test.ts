// The systemd units: valid by systemd's own check, as closed as README.md says, and consistent with the program.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultsFile, launcherPath } from '../../deploy/package/names.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'deploy/systemd')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** The text as if this checkout were installed where the drop-in for clones expects it. */
const here = (text: string): string => text.replaceAll('/opt/kvminfo-exporter/', root)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  devDependencies: { node: string }
}

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-unit-'))
beforeAll(() => void execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'pipe' }), 120_000)
afterAll(() => rmSync(directory, { recursive: true }))

function analyze(...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  expect(error, 'systemd is not installed').toBeUndefined()
  return { status, text: `${stdout}${stderr}` }
}

test('systemd finds nothing wrong with the units', () => {
  const units = ['kvminfo-exporter.service', 'kvminfo-exporter.socket'].map((name) => {
    const path = join(directory, name)
    writeFileSync(path, read(name))
    return path
  })
  // The unit's own command is the package's, which is not installed here; a clone's drop-in replaces it.
  const dropIns = join(directory, 'kvminfo-exporter.service.d')
  mkdirSync(dropIns)
  writeFileSync(join(dropIns, 'from-clone.conf'), here(read('from-clone.conf')))
  expect(analyze('verify', '--man=no', ...units)).toEqual({ status: 0, text: '' })
  writeFileSync(units[0]!, read('kvminfo-exporter.service').replace('ProtectHome=', 'ProtectHouse='))
  expect(analyze('verify', '--man=no', ...units).text).toContain('ProtectHouse')
})

test('README.md states the exposure level that systemd computes', () => {
  const { text } = analyze(
    'security',
    '--offline=true',
    '--no-pager',
    join(folder, 'kvminfo-exporter.service'),
  )
  const [, exposure] = /Overall exposure level for kvminfo-exporter\.service: ([\d.]+)/.exec(text)!
  expect(read('README.md')).toContain(`rates its exposure ${exposure} of 10`)
})

test('the unit uses the user and the group of sysusers.conf', () => {
  const unit = read('kvminfo-exporter.service')
  const sysusers = read('sysusers.conf')
  expect(sysusers).toMatch(new RegExp(`^u ${/^User=(.*)$/m.exec(unit)![1]} `, 'm'))
  expect(sysusers).toMatch(new RegExp(`^g ${/^SupplementaryGroups=(.*)$/m.exec(unit)![1]} `, 'm'))
})

test('the unit starts the installed launcher with the flags of /etc/default', () => {
  const unit = read('kvminfo-exporter.service')
  expect(unit).toContain(`\nExecStart=/${launcherPath} serve $ARGS\n`)
  expect(unit).toContain(`\nEnvironmentFile=-/${defaultsFile}\n`)
})

test('the command of a clone starts the built program on the Node of the npm packages', () => {
  const unit = here(read('from-clone.conf'))
  const [, path] = /^Environment=PATH=(\S+)$/m.exec(unit)!
  const [, program] = /^ExecStart=(\S+) serve \$ARGS$/m.exec(unit)!
  const { status, stdout, stderr } = spawnSync(program!, ['--version'], {
    env: { PATH: path },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain(`Node: v${manifest.devDependencies.node}`)
})
