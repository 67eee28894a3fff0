// The packages that `npm run package` builds: what is in them, that Debian's and rpm's own tools accept them, and what
// they leave behind when they are installed, upgraded and removed. The lab installs them on a booted host.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandPages } from '../../deploy/package/command-line.ts'
import { bashCompletion } from '../../deploy/package/completion.ts'
import { productionDependencies } from '../../deploy/package/dependencies.ts'
import { heapLimits } from '../../deploy/package/launcher.ts'
import { pageName } from '../../deploy/package/man-page.ts'
import { leaseSweepPath, remediationUnits } from '../../deploy/package/names.ts'
import { buildPackages, copySources, namesIn, root, run } from '../helpers/built-packages.ts'
import { debianRoot, inRoot, installFakeDkms } from '../helpers/debian-root.ts'

const work = mkdtempSync(join(tmpdir(), 'kvminfo-package-test-'))
const at = (...path: string[]): string => join(work, ...path)
const output = at('packages')
const exporterDeb = join(output, 'kvminfo-exporter_0.1.0_amd64.deb')
const exporterRpm = join(output, 'kvminfo-exporter-0.1.0-1.x86_64.rpm')
const modulesDeb = join(output, 'kvminfo-dkms_0.1.0_all.deb')
const modulesRpm = join(output, 'kvminfo-dkms-0.1.0-1.noarch.rpm')
const read = (path: string): string => readFileSync(path, 'utf8')

let printed = ''
beforeAll(() => {
  // A copy, so that both builds have the same sources even if somebody edits them meanwhile.
  copySources(at('sources'))
  printed = buildPackages(at('sources'), output, { umask: '022', timeZone: 'UTC', language: 'C.UTF-8' })
  run('dpkg-deb', '-R', exporterDeb, at('exporter'))
  run('dpkg-deb', '-R', modulesDeb, at('modules'))
}, 600_000)
afterAll(() => rmSync(work, { recursive: true, force: true }), 300_000)

interface Listed {
  /** As ls writes it: `-rwxr-xr-x`. */
  readonly mode: string
  readonly owner: string
  readonly path: string
}

const listings = new Map<string, readonly Listed[]>()

/** From lines such as `-rwxr-xr-x root/root 331 2026-11-26 14:20 ./usr/bin/kvminfo`. */
function listing(deb: string): readonly Listed[] {
  const known = listings.get(deb)
  if (known !== undefined) return known
  const lines = run('dpkg-deb', '-c', deb).trim().split('\n')
  const listed = lines.map((line) => {
    const [mode = '', owner = ''] = line.split(/\s+/)
    return { mode, owner, path: line.replace(/^.* \.\//, '/') }
  })
  listings.set(deb, listed)
  return listed
}

const program = '/usr/lib/kvminfo-exporter'

test('the build prints each package with its size', () => {
  for (const path of [exporterDeb, exporterRpm, modulesDeb, modulesRpm]) {
    expect(printed).toMatch(new RegExp(`^${path} {2}[\\d.]+ MB, installed [\\d.]+ MB$`, 'm'))
  }
})

test('the same sources give the same bytes, whatever the directory, umask, time zone and language', {
  timeout: 600_000,
}, () => {
  mkdirSync(at('elsewhere'))
  renameSync(at('sources'), at('elsewhere/deep'))
  buildPackages(at('elsewhere/deep'), at('again'), {
    umask: '077',
    timeZone: 'Asia/Kathmandu',
    language: 'C',
  })
  const sums = (directory: string) =>
    Object.fromEntries(
      namesIn(directory).map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
    )
  expect(sums(at('again'))).toEqual(sums(output))
  rmSync(at('elsewhere'), { recursive: true })
  rmSync(at('again'), { recursive: true })
})

describe('kvminfo-exporter as .deb', () => {
  test('holds what an installation needs', () => {
    const paths = new Set(listing(exporterDeb).map(({ path }) => path))
    for (const path of [
      '/usr/bin/kvminfo',
      `${program}/bin/node`,
      `${program}/dist/cli/main.js`,
      `${program}/dist/page/browser/app.js`,
      `${program}/dist/remediate/page/browser/app.js`,
      `${program}/node_modules/uplot/dist/uPlot.min.css`,
      `${program}/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node`,
      '/usr/lib/systemd/system/kvminfo-exporter.service',
      '/usr/lib/systemd/system/kvminfo-exporter.socket',
      ...remediationUnits.map((name) => `/usr/lib/systemd/system/${name}`),
      `/${leaseSweepPath}`,
      '/usr/lib/tmpfiles.d/kvminfo-remediation.conf',
      '/usr/lib/sysusers.d/kvminfo-remediation.conf',
      '/usr/share/doc/kvminfo-exporter/examples/remediation/policy.yml',
      '/usr/share/doc/kvminfo-exporter/examples/systemd/libvirt-domains.conf',
      '/usr/share/kvminfo-exporter/alerts/remediation.rules.yaml',
      '/usr/share/man/man1/kvminfo-remediate.1.gz',
      '/usr/share/man/man1/kvminfo-actuate.1.gz',
      '/usr/lib/sysusers.d/kvminfo-exporter.conf',
      '/etc/default/kvminfo-exporter',
      '/usr/share/kvminfo-exporter/alerts/vm.rules.yaml',
      '/usr/share/kvminfo-exporter/alerts/runbooks/KvmVmIoBound.md',
      '/usr/share/kvminfo-exporter/dashboards/fleet.json',
      '/usr/share/man/man1/kvminfo.1.gz',
      '/usr/share/man/man1/kvminfo-serve.1.gz',
      '/usr/share/bash-completion/completions/kvminfo',
      '/usr/share/doc/kvminfo-exporter/copyright',
      '/usr/share/doc/kvminfo-exporter/node-licences.txt.gz',
    ])
      expect(paths, path).toContain(path)
  })

  test('has no package but the production dependencies, and all of them', () => {
    const installed = listing(exporterDeb).flatMap(
      ({ path }) => /^\/usr\/lib\/kvminfo-exporter\/(node_modules\/.*)\/package\.json$/.exec(path)?.[1] ?? [],
    )
    const expected = productionDependencies().map(({ directory }) => directory)
    expect(expected.length).toBeGreaterThan(50)
    expect(installed.filter((path) => expected.includes(path)).sort()).toEqual(expected)
    // Some packages have a package.json in a folder of theirs, which says what kind of modules it holds.
    const others = installed.filter((path) => !expected.includes(path))
    expect(others.filter((path) => !expected.some((known) => path.startsWith(`${known}/`)))).toEqual([])
  })

  test('has no test, map, type, TypeScript source, document or binary for another platform', () => {
    const unwanted =
      /\.(map|[cm]?ts|tsx|md|cc|hh|h|S|html|yml)$|\/(__tests__|\.github)\/|\.(test|spec)\.[cm]?js$|musl|node_modules\/(@[^/]+\/)?[^/]+\/(test|docs?|examples|benchmarks)\//
    const paths = listing(exporterDeb).map(({ path }) => path)
    expect(paths.filter((path) => path.startsWith(program) && unwanted.test(path))).toEqual([])
  })

  test.each([
    ['exporter', exporterDeb],
    ['modules', modulesDeb],
  ])('all of %s belongs to root, and only root can write it', (_, deb) => {
    const wrong = listing(deb).filter(
      ({ mode, owner }) => owner !== 'root/root' || !/^(drwxr-xr-x|-rw[x-]r-[x-]r-[x-])$/.test(mode),
    )
    expect(wrong).toEqual([])
  })

  test('depends on the libraries that the binaries need, and on nothing of Node', () => {
    const depends = run('dpkg-deb', '-f', exporterDeb, 'Depends')
    expect(depends).toMatch(/^libc6 \(>= [\d.]+\), libgcc-s1 \(>= [\d.]+\), libstdc\+\+6 \(>= [\d.]+\), /)
    expect(depends).not.toContain('node')
    expect(read(at('exporter/DEBIAN/conffiles'))).toBe('/etc/default/kvminfo-exporter\n')
  })

  test('runs on its own Node, with the limits of the heap, and nothing in the environment', () => {
    const launcher = read(at('exporter/usr/bin/kvminfo'))
    const { environment, flags } = heapLimits(read(join(root, 'src/cli/main.ts')).split('\n')[0]!)
    expect([environment.length, flags.length]).toEqual([2, 4])
    for (const limit of [...environment, ...flags]) expect(launcher).toContain(limit)

    writeFileSync(at('kvminfo'), launcher.replaceAll(program, at('exporter', program)), { mode: 0o755 })
    const { status, stdout, stderr } = spawnSync(at('kvminfo'), ['--version'], { env: {}, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const manifest = JSON.parse(read(join(root, 'package.json'))) as { devDependencies: { node: string } }
    expect(stdout).toContain(`kvminfo, version 0.1.0\n  Node: v${manifest.devDependencies.node}`)
  })

  test('names a licence for every package in it', () => {
    const copyright = read(at('exporter/usr/share/doc/kvminfo-exporter/copyright'))
    for (const { directory } of productionDependencies()) {
      expect(copyright).toContain(`\nFiles: usr/lib/kvminfo-exporter/${directory}/*\nCopyright: `)
    }
  })

  test('has man pages of every command that man finds no fault in', () => {
    for (const page of commandPages()) {
      const name = pageName(page)
      const text = gunzipSync(readFileSync(at(`exporter/usr/share/man/man1/${name}.1.gz`))).toString()
      const path = at(`${name}.1`)
      writeFileSync(path, text)
      expect(run('mandoc', '-T', 'lint', '-W', 'warning', path)).toBe('')
      expect(run('lexgrog', path)).toContain(`${name} - `)
      const shown = run('mandoc', '-T', 'ascii', path).replaceAll(/.[\b]/g, '')
      for (const { term } of page.options) expect(shown).toContain(term)
      // The command's own ones where it says them, and never two lists that contradict each other.
      const exit = shown.slice(shown.indexOf('EXIT STATUS'), shown.indexOf('FILES'))
      expect(exit.includes('Exit codes')).toBe(page.after.includes('Exit codes'))
      expect(shown.split(/Exit codes|Success/)).toHaveLength(2)
    }
  })

  test('completes commands, flags and their values in bash', () => {
    const script = at('exporter/usr/share/bash-completion/completions/kvminfo')
    expect(read(script)).toBe(bashCompletion(commandPages()))
    const complete = (...words: string[]) =>
      run(
        'bash',
        '-c',
        `source "$1"; shift
compopt() { :; } # works only while readline completes
complete -p kvminfo > /dev/null
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_kvminfo
echo "\${COMPREPLY[*]}"`,
        'bash',
        script,
        ...words,
      ).trim()
    expect(complete('kvminfo', 's')).toBe('serve')
    expect(complete('kvminfo', 'serve', '--web.listen')).toBe('--web.listen-address=')
    expect(complete('kvminfo', 'serve', '--no-collector.ks')).toBe('--no-collector.ksm')
    expect(complete('kvminfo', 'serve', '--log.level', '=', 'de')).toBe('debug')
    expect(complete('kvminfo', 'serve', '--log.level', '=')).toBe('debug info warn error')
    expect(complete('kvminfo', 'serve', '--path.procfs', '=', '/pro')).toBe('/proc')
    expect(complete('kvminfo', 'serve', '--web.listen-address', '=', '')).toBe('')
    expect(complete('kvminfo', 'serve', '--web.systemd-socket', '--web.max')).toBe('--web.max-requests=')
    expect(complete('kvminfo', 'tune', 's')).toBe('sched status')
    expect(complete('kvminfo', 'tune', 'sched', 'web1', '--pri')).toBe('--priority=')
    expect(complete('kvminfo', 'tune', 'nice', 'web1', '--pri')).toBe('')
    expect(complete('kvminfo', 'tune', 'sched', 'web1', '--policy', '=', 'f')).toBe('fifo')
    expect(complete('kvminfo', 'tune', 'ksm', 'o')).toBe('on off')
    expect(complete('kvminfo', 'tune', 'balloon', 'web1', 'd')).toBe('deflate')
    expect(complete('kvminfo', 'tune', 'undo', 'v')).toBe('')
    expect(complete('kvminfo', 'tune', 'tier', 'web1', 'sa')).toBe('safe:1 safe:2 safe:3 safe:4')
    expect(complete('kvminfo', 'tune', 'tier', 'web1', 'safe', ':')).toBe('1 2 3 4')
    expect(complete('kvminfo', 'tune', 'tier', 'web1', 'safe', ':', '2')).toBe('2')
    expect(complete('kvminfo', 'remediate', 'plan', 'virtio-d')).toBe('virtio-disk')
    expect(complete('kvminfo', 'top', '--sort', '=', 'rat')).toBe('ratio')
    expect(complete('kvminfo', 'report', '--format', '=', 'm')).toBe('md')
    expect(complete('kvminfo', 'doctor', '--only', '=', 'vm-disk-')).toBe('vm-disk-cache vm-disk-aio')
    expect(complete('kvminfo', 'remediate', 'approve', '3', '--y')).toBe('--yes')
  })

  test('lintian finds no error and no warning', () => {
    // What is overridden, and why, is in deploy/package/debian/*.lintian-overrides.
    const { stdout, stderr } = spawnSync(
      'lintian',
      ['--allow-root', '--fail-on', 'none', exporterDeb, modulesDeb],
      {
        encoding: 'utf8',
        cwd: work,
      },
    )
    expect(`${stdout}${stderr}`.split('\n').filter((line) => /^[EW]:/.test(line))).toEqual([])
  }, 600_000)
})

describe('kvminfo-dkms', () => {
  const sources = at('modules/usr/src/kvminfo-0.1.0')

  test('has all sources of the modules, and says its version', () => {
    const tracked = run('git', '-C', root, 'ls-files', 'kmod').trim().split('\n')
    for (const path of tracked.filter((name) => basename(name) !== '.gitignore')) {
      expect(read(join(sources, path.slice('kmod/'.length))), path).toBe(read(join(root, path)))
    }
    expect(read(join(sources, 'dkms.conf'))).toContain('PACKAGE_VERSION="0.1.0"')
    expect(read(join(sources, 'include/version.h'))).toContain('KMOD_VERSION "0.1.0"')
    expect(run('rpm', '-qpl', modulesRpm)).toContain('/usr/src/kvminfo-0.1.0/dkms.conf\n')
  })
})

test('every maintainer script and scriptlet is correct for sh', () => {
  const check = (script: string, text: string) => {
    writeFileSync(at('script'), text)
    const { status, stderr } = spawnSync('sh', ['-n', at('script')], { encoding: 'utf8' })
    expect({ script, status, stderr }).toEqual({ script, status: 0, stderr: '' })
    expect(text, script).not.toMatch(/@[A-Z]+@/)
  }
  for (const packageName of ['exporter', 'modules']) {
    for (const name of ['postinst', 'prerm', 'postrm']) {
      check(`${packageName} ${name}`, read(at(packageName, 'DEBIAN', name)))
    }
  }
  for (const rpm of [exporterRpm, modulesRpm]) {
    for (const tag of ['POSTIN', 'PREUN', 'POSTUN']) {
      const text = run('rpm', '-qp', '--qf', `%{${tag}}`, rpm)
      expect(text, `${rpm} ${tag}`).not.toBe('(none)')
      check(`${basename(rpm)} ${tag}`, text)
    }
  }
})

test('the rpm has the same files as the deb, and keeps the configuration', () => {
  const debPaths = listing(exporterDeb).flatMap(({ mode, path }) => (mode.startsWith('-') ? [path] : []))
  const rpmPaths = run('rpm', '-qp', '--qf', '[%{FILEMODES:perms} %{FILENAMES}\n]', exporterRpm)
    .split('\n')
    .flatMap((line) => (line.startsWith('-') ? [line.replace(/^\S+ /, '')] : []))
  const onlyDeb = [
    '/usr/share/doc/kvminfo-exporter/changelog.gz',
    '/usr/share/lintian/overrides/kvminfo-exporter',
  ]
  expect(rpmPaths.filter((path) => path !== '/usr/share/doc/kvminfo-exporter/LICENSE').sort()).toEqual(
    debPaths.filter((path) => !onlyDeb.includes(path)).sort(),
  )
  expect(run('rpm', '-qp', '--configfiles', exporterRpm)).toBe('/etc/default/kvminfo-exporter\n')
  expect(run('rpm', '-qp', '--requires', exporterRpm)).toContain('libc.so.6(GLIBC_2.28)(64bit)')
})

const isRoot = process.geteuid!() === 0
describe.skipIf(!isRoot)('in a Debian without systemd, Node and network', { timeout: 600_000 }, () => {
  const system = at('system')
  const here = (...path: string[]): string => join(system, ...path)
  const inSystem = (...command: string[]): string => {
    const { status, text } = inRoot(system, ...command)
    expect({ command, status, text }).toEqual({ command, status: 0, text })
    return text
  }
  /** All files, without what dpkg and the accounts' tools keep for themselves. */
  const files = (): string[] =>
    run(
      ...['find', system, '-xdev', '-path', here('var/lib/dpkg'), '-prune'],
      ...['-o', '-path', here('tmp'), '-prune', '-o', '-print'],
    )
      .split('\n')
      .map((path) => path.slice(system.length))
      .filter((path) => !/^\/(etc\/(passwd|shadow|group|gshadow|sub[ug]id)-|var\/log\/)/.test(path))
  const newFiles = (before: readonly string[]): string[] => {
    const known = new Set(before)
    return files().filter((path) => !known.has(path))
  }
  /** What the stand-ins of dkms and kmod were called with since the last time. */
  const calls = (): string[] => {
    const lines = read(here('var/log/calls')).trim().split('\n')
    rmSync(here('var/log/calls'))
    return lines
  }
  /** The same package as another version. */
  const asVersion = (tree: string, version: string, path: string): void => {
    const control = at(tree, 'DEBIAN/control')
    const text = read(control)
    writeFileSync(control, text.replace(/^Version: .*$/m, `Version: ${version}`))
    run('dpkg-deb', '--root-owner-group', '-Znone', '--build', at(tree), path)
    writeFileSync(control, text)
  }

  beforeAll(async () => {
    mkdirSync(system)
    await debianRoot(system)
    for (const path of [exporterDeb, modulesDeb]) run('cp', path, here('tmp/'))
  }, 1_200_000)

  test('the exporter installs, upgrades with its configuration, and leaves what dpkg calls configuration', () => {
    writeFileSync(here('proc/uptime'), '100.00 1.00\n')
    const before = files()
    inSystem('dpkg', '-i', `/tmp/${basename(exporterDeb)}`)
    expect(inSystem('kvminfo', '--version')).toContain('version 0.1.0')
    for (const user of ['kvminfo-exporter', 'kvminfo-remediate', 'kvminfo-actuate'])
      expect(inSystem('id', '-Gn', user).trim().split(' ').sort()).toEqual(['kvminfo', user])
    // What changes the host is for the operator to start.
    const wanted = newFiles(before).filter((path) => /^\/etc\/systemd\/.*\.wants\//.test(path))
    expect(wanted).toEqual(['/etc/systemd/system/multi-user.target.wants/kvminfo-exporter.service'])

    const configuration = 'ARGS="--log.level=debug"\n'
    writeFileSync(here('etc/default/kvminfo-exporter'), configuration)
    asVersion('exporter', '0.1.1', here('tmp/newer.deb'))
    inSystem('dpkg', '-i', '/tmp/newer.deb')
    rmSync(here('tmp/newer.deb'))
    expect(inSystem('dpkg-query', '-W', 'kvminfo-exporter')).toContain('0.1.1')
    expect(read(here('etc/default/kvminfo-exporter'))).toBe(configuration)
    // Scripts may run twice.
    inSystem('dpkg-reconfigure', 'kvminfo-exporter')

    // A lease that lasts, of a process that does not run here: nobody watches it after the removal.
    mkdirSync(here('run/kvminfo/leases'), { recursive: true })
    writeFileSync(here('run/kvminfo/leases/4194303-5'), '9999999999 1\n')
    inSystem('chown', '-R', 'kvminfo-actuate:', '/run/kvminfo/leases')
    expect(inSystem('dpkg', '-r', 'kvminfo-exporter')).not.toContain('are left')
    const left = newFiles(before)
    expect(left).toContain('/etc/default/kvminfo-exporter')
    expect(
      left.filter(
        (path) =>
          path !== '/etc/default/kvminfo-exporter' &&
          // That the service is enabled is configuration too.
          path !== '/etc/systemd/system/multi-user.target.wants/kvminfo-exporter.service' &&
          !path.startsWith('/var/lib/systemd/deb-systemd-helper-enabled/'),
      ),
    ).toEqual([])
    inSystem('dpkg', '-P', 'kvminfo-exporter')
    expect(newFiles(before)).toEqual([])
    expect(inSystem('getent', 'passwd', 'kvminfo-exporter')).toContain('nologin')
  })

  test('the modules are built and loaded, an upgrade leaves them loaded, a removal unloads them', () => {
    installFakeDkms(system)
    inSystem('dpkg', '-i', '/tmp/dkms.deb')
    const before = files()
    inSystem('dpkg', '-i', `/tmp/${basename(modulesDeb)}`)
    expect(calls()).toEqual([
      'common.postinst kvminfo 0.1.0 /usr/share/kvminfo-dkms  ',
      'modinfo kvminfo',
      'modprobe kvminfo',
      'modprobe taskinfo',
    ])
    const group = inSystem('getent', 'group', 'kvminfo').split(':')[2]
    expect(read(here('etc/modprobe.d/kvminfo.conf'))).toContain(
      `\noptions kvminfo group=${group}\noptions taskinfo group=${group}\n`,
    )

    for (const module of ['kvminfo', 'taskinfo']) {
      mkdirSync(here('sys/module', module), { recursive: true })
      writeFileSync(here('sys/module', module, 'version'), '0.1.0\n')
      writeFileSync(here('sys/module', module, 'srcversion'), 'srcversion-of-the-old-build\n')
    }
    writeFileSync(here('proc/kvminfo'), 'kvminfo 1 module=0.1.0 vendor=svm time=on reasons=on lost=0\n')
    writeFileSync(here('proc/taskinfo'), 'taskinfo 0 module=0.0.9 hz=250 uptime_ns=1\n')
    asVersion('modules', '0.1.1', here('tmp/newer.deb'))
    const said = inSystem('dpkg', '-i', '/tmp/newer.deb')
    expect(said).toContain(
      'the kvminfo that is loaded keeps its counters; the new one is used from the next boot',
    )
    expect(said).toContain('cannot read format 0 of the taskinfo that is loaded: replacing it')
    expect(calls().filter((line) => /^(rmmod|modprobe|dkms remove)/.test(line))).toEqual([
      'dkms remove -m kvminfo -v 0.1.0 --all',
      'rmmod taskinfo',
      'modprobe taskinfo',
    ])

    mkdirSync(here('sys/module/taskinfo'))
    inSystem('dpkg', '-r', 'kvminfo-dkms')
    expect(calls()).toEqual([
      'rmmod taskinfo',
      'rmmod kvminfo',
      'dkms status -m kvminfo -v 0.1.0',
      'dkms remove -m kvminfo -v 0.1.0 --all',
    ])
    expect(newFiles(before).filter((path) => !/^\/(sys|proc)\//.test(path))).toEqual([])
    inSystem('dpkg', '-P', 'kvminfo-dkms')
  })

  test('the scriptlets of both rpms run: installed, installed again, removed', () => {
    const rpm = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync('rpm', ['--root', system, '--nodeps', ...args], {
        encoding: 'utf8',
      })
      expect({ args, status, text: `${stdout}${stderr}` }).toEqual({
        args,
        status: 0,
        text: expect.anything(),
      })
      expect(stderr).not.toContain('scriptlet failed')
    }
    rpm('-i', exporterRpm)
    expect(inSystem('kvminfo', '--version')).toContain('version 0.1.0')
    expect(inSystem('getent', 'passwd', 'kvminfo-exporter')).toContain('nologin')
    writeFileSync(here('etc/default/kvminfo-exporter'), 'ARGS="--log.level=debug"\n')
    rpm('-U', '--replacepkgs', exporterRpm)
    expect(read(here('etc/default/kvminfo-exporter'))).toBe('ARGS="--log.level=debug"\n')
    rpm('-e', 'kvminfo-exporter')

    rpm('-i', modulesRpm)
    expect(calls()).toEqual([
      'dkms add -m kvminfo -v 0.1.0 --rpm_safe_upgrade',
      'dkms build -m kvminfo -v 0.1.0',
      'dkms install -m kvminfo -v 0.1.0 --force',
      'modprobe kvminfo',
      'modprobe taskinfo',
    ])
    rpm('-e', 'kvminfo-dkms')
    expect(calls()).toEqual(['dkms remove -m kvminfo -v 0.1.0 --all --rpm_safe_upgrade'])
    expect(files().filter((path) => path.includes('kvminfo') && !path.startsWith('/proc/'))).toEqual([
      '/etc/default/kvminfo-exporter.rpmsave',
    ])
  })
})
