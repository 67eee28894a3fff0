// The systemd units: valid by systemd's own check, as closed as README.md says, and consistent with the program.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultsFile, launcherPath, remediationUnits } from '../../deploy/package/names.ts'
import { actuateFlags } from '../../src/cli/actuate-flags.ts'

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

const remediationServices = remediationUnits.filter((name) => name.endsWith('.service'))

test('systemd finds nothing wrong with the units of remediation', () => {
  const there = (text: string): string =>
    text
      .replaceAll('/usr/bin/kvminfo', join(root, 'dist/cli/main.js'))
      .replaceAll('/usr/lib/kvminfo-exporter/', `${folder}/`)
  const units = remediationUnits.map((name) => {
    const path = join(directory, name)
    writeFileSync(path, there(read(name)))
    return path
  })
  expect(analyze('verify', '--man=no', ...units)).toEqual({ status: 0, text: '' })
  for (const name of ['actuate', 'remediate']) {
    const dropIns = join(directory, `kvminfo-${name}.service.d`)
    mkdirSync(dropIns)
    writeFileSync(join(dropIns, 'from-clone.conf'), here(read(`from-clone-${name}.conf`)))
  }
  expect(analyze('verify', '--man=no', ...units)).toEqual({ status: 0, text: '' })
})

test.each(['actuate', 'remediate'])(
  'the drop-in for clones starts %s with the arguments of the unit',
  (name) => {
    const command = (text: string) => /^ExecStart=(\S+) (.+)$/m.exec(text)!.slice(1)
    const [installed, expected] = command(read(`kvminfo-${name}.service`))
    expect(installed).toBe(`/${launcherPath}`)
    expect(command(read(`from-clone-${name}.conf`))).toEqual([
      '/opt/kvminfo-exporter/dist/cli/main.js',
      expected,
    ])
  },
)

test('enabling the actuator enables all that it needs', () => {
  expect(read('kvminfo-actuate.service')).toMatch(
    /^Also=kvminfo-actuate\.socket kvminfo-lease-sweep\.timer kvminfo-weight-rights\.path$/m,
  )
})

test.each(remediationServices)('%s is rated 1.5 of 10 or less, as README.md says', (name) => {
  const { text } = analyze('security', '--offline=true', '--no-pager', join(folder, name))
  const exposure = new RegExp(`Overall exposure level for ${name}: ([\\d.]+)`).exec(text)![1]!
  expect(Number(exposure)).toBeLessThanOrEqual(1.5)
  expect(read('README.md')).toContain(`| \`${name}\` | ${exposure} |`)
})

// It changes the group of root's files, and nothing else.
const asRoot = 'kvminfo-weight-rights.service'

test.each(remediationServices.filter((name) => name !== asRoot))(
  '%s runs as a user of sysusers-remediation.conf, without root',
  (name) => {
    const unit = read(name)
    const user = /^User=(.*)$/m.exec(unit)![1]!
    expect(['kvminfo-actuate', 'kvminfo-remediate']).toContain(user)
    expect(unit).toContain(`\nGroup=${user}\n`)
    expect(read('sysusers-remediation.conf')).toMatch(new RegExp(`^u ${user} `, 'm'))
  },
)

test('only what must change threads has a capability, and it has no network', () => {
  const rights = remediationServices.map((name) => {
    const unit = read(name)
    const [, capabilities] = /^CapabilityBoundingSet=(.*)$/m.exec(unit)!
    const [, ambient = ''] = /^AmbientCapabilities=(.*)$/m.exec(unit) ?? []
    return [name, capabilities, ambient, unit.includes('\nPrivateNetwork=yes\n')]
  })
  expect(rights).toEqual([
    ['kvminfo-actuate.service', 'CAP_SYS_NICE', 'CAP_SYS_NICE', true],
    ['kvminfo-remediate.service', '', '', false],
    ['kvminfo-lease-sweep.service', 'CAP_SYS_NICE', 'CAP_SYS_NICE', true],
    [asRoot, 'CAP_CHOWN', '', true],
  ])
})

test('the actuator may write the knobs that have an operation, for both versions of cgroups', () => {
  const files = [...read('tmpfiles-remediation.conf').matchAll(/^z (\S+) (.*)$/gm)]
  expect(new Set(files.map(([, , rights]) => rights))).toEqual(new Set(['0664 root kvminfo-actuate -']))
  const paths = files.map(([, path]) => path!)
  const writable = /^ReadWritePaths=(.*)$/m.exec(read('kvminfo-actuate.service'))![1]!.split(' ')
  for (const path of paths) {
    const isWeight = path.startsWith('/sys/fs/cgroup/')
    // A link to a folder there.
    const place = path.replace('/sys/bus/pci/devices/', '/sys/devices/')
    expect([path, isWeight || writable.some((folder) => place.startsWith(`${folder.slice(1)}/`))]).toEqual([
      path,
      true,
    ])
  }
  expect(read('kvminfo-actuate.service')).not.toMatch(/^ProtectControlGroups=yes/m)
  expect(paths.map((path) => path.split('/').at(-1))).toEqual([
    ...['run', 'pages_to_scan', 'sleep_millisecs', 'enabled', 'nr_hugepages', 'nr_hugepages'],
    'sriov_numvfs',
    ...['cpu.weight', 'cpu.weight', 'cpu.shares', 'cpu.shares'],
  ])
  for (const path of paths.filter((one) => one.startsWith('/sys/fs/cgroup/')))
    expect(read('kvminfo-weight-rights.path')).toContain(
      `\nPathChanged=${path.split('/').slice(0, -2).join('/')}\n`,
    )
})

test('both watchers of the leases have the highest real-time priority', () => {
  for (const name of ['kvminfo-actuate.service', 'kvminfo-lease-sweep.service'])
    expect(read(name)).toContain('\nCPUSchedulingPolicy=fifo\nCPUSchedulingPriority=99\n')
})

test('units, folders of /run and flags agree on paths', () => {
  const [socket] = actuateFlags.socket.defaults
  expect(read('kvminfo-actuate.socket')).toContain(`\nListenStream=${socket}\n`)
  const folders = [...read('tmpfiles-remediation.conf').matchAll(/^d (\S+) (\d+) (\S+) (\S+) -$/gm)]
  expect(folders.map(([, path, ...rest]) => [path, ...rest])).toEqual([
    ['/run/kvminfo', '1775', 'root', 'kvminfo-remediate'],
    ['/run/kvminfo/leases', '0755', 'kvminfo-actuate', 'kvminfo-actuate'],
    ['/run/kvminfo/changes', '0755', 'kvminfo-actuate', 'kvminfo-actuate'],
    ['/run/kvminfo/test-disks', '0755', 'kvminfo-actuate', 'kvminfo-actuate'],
  ])
  expect(read('kvminfo-actuate.service')).toContain(
    '\nRuntimeDirectory=kvminfo/leases kvminfo/changes kvminfo/test-disks\n',
  )
})

test('the script of the sweep is valid for the shell', () => {
  expect(spawnSync('sh', ['-n', join(folder, 'lease-sweep.sh')]).status).toBe(0)
})
