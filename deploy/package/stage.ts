// Lays out what the packages install, as a tree whose top is the `/` of the host.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { commandPages } from './command-line.ts'
import { bashCompletion } from './completion.ts'
import { exporterCopyright, modulesCopyright } from './copyright.ts'
import { loadedFiles, productionDependencies } from './dependencies.ts'
import { launcher } from './launcher.ts'
import { manPage, pageName } from './man-page.ts'
import {
  defaultsFile,
  documentation,
  exporterPackage,
  launcherPath,
  leaseSweepPath,
  modulesPackage,
  nodeLicenses,
  programDirectory,
  remediationUnits,
  sharedDirectory,
  unitDirectory,
} from './names.ts'
import { nodeRuntime } from './runtime.ts'
import { manifest, readSource, root, trackedFiles } from './sources.ts'
import { run, say } from './step.ts'
import { copy, entries, gzip, put, settle } from './tree.ts'

/** What both layouts take: where to, the version that the package shall have, and the time of all files. */
export interface Staging {
  readonly tree: string
  readonly version: string
  /** Seconds since the Unix epoch. */
  readonly date: number
}

/** Installed scripts are run by Node, not by their first line, which would need a Node on the path. */
const withoutShebang = (source: string): string => readFileSync(source, 'utf8').replace(/^#!.*\n/, '')

function copyLoaded(tree: string, path: string, source: string): void {
  if (/\.[cm]?js$/.test(path)) put(tree, path, withoutShebang(source))
  else copy(tree, path, source)
}

/** `npm run build` without source maps, and without touching dist/. */
function compile(tree: string): void {
  const output = mkdtempSync(join(tmpdir(), 'kvminfo-dist-'))
  try {
    const options = ['--sourceMap', 'false', '--outDir', output]
    run(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', ...options],
      {
        cwd: root,
      },
    )
    for (const { path, isDirectory } of entries(output)) {
      if (!isDirectory) copyLoaded(tree, join(programDirectory, 'dist', path), join(output, path))
    }
  } finally {
    rmSync(output, { recursive: true })
  }
}

/** The binary without its debug symbols: 109 MB instead of 127 MB. What native add-ons link to stays. */
function addRuntime(tree: string): void {
  const { binary, license } = nodeRuntime()
  const target = join(programDirectory, 'bin/node')
  copy(tree, target, binary)
  run('strip', ['--strip-unneeded', join(tree, target)])
  chmodSync(join(tree, target), 0o755)
  put(tree, nodeLicenses, gzip(license))
}

/** Paths of the binaries that link to the system's libraries: Node and the native add-ons. */
export const nativeBinaries = (tree: string): string[] =>
  entries(join(tree, programDirectory))
    .filter(({ path }) => path === 'bin/node' || path.endsWith('.node'))
    .map(({ path }) => join(tree, programDirectory, path))

function addDependencies(tree: string): void {
  const { cpu } = nodeRuntime()
  for (const { directory } of productionDependencies()) {
    for (const path of loadedFiles(join(root, directory), cpu)) {
      const target = join(programDirectory, directory, path)
      copyLoaded(tree, target, join(root, directory, path))
      if (path.endsWith('.node')) run('strip', ['--strip-unneeded', join(tree, target)])
    }
  }
}

/** All that Node and `--version` read of package.json. */
function programManifest(version: string): string {
  const { license } = manifest
  return `${JSON.stringify({ name: exporterPackage, version, type: 'module', license, private: true }, undefined, 2)}\n`
}

function copyTracked(tree: string, from: string, to: string, isWanted: (path: string) => boolean): void {
  for (const path of trackedFiles(from).filter(isWanted)) {
    copy(tree, join(to, relative(from, path)), join(root, path))
  }
}

/** Rules, runbooks and dashboards, and beside the documents the configurations of the programs that use them. */
function addShared(tree: string): void {
  copyTracked(tree, 'alerts', join(sharedDirectory, 'alerts'), () => true)
  copyTracked(tree, 'dashboards/out', join(sharedDirectory, 'dashboards'), () => true)
  const documents = documentation(exporterPackage)
  copy(tree, join(documents, 'README.md'), join(root, 'README.md'))
  for (const name of ['alertmanager', 'grafana', 'prometheus', 'remediation']) {
    copyTracked(tree, `deploy/${name}`, join(documents, 'examples', name), () => true)
  }
  for (const dropIn of ['read-all-files.conf', 'libvirt-domains.conf'])
    copy(tree, join(documents, 'examples/systemd', dropIn), join(root, 'deploy/systemd', dropIn))
}

function addService(tree: string): void {
  const source = (name: string): string => join(root, 'deploy/systemd', name)
  for (const name of ['kvminfo-exporter.service', 'kvminfo-exporter.socket', ...remediationUnits]) {
    copy(tree, join(unitDirectory, name), source(name))
  }
  copy(tree, 'usr/lib/sysusers.d/kvminfo-exporter.conf', source('sysusers.conf'))
  copy(tree, 'usr/lib/sysusers.d/kvminfo-remediation.conf', source('sysusers-remediation.conf'))
  copy(tree, 'usr/lib/tmpfiles.d/kvminfo-remediation.conf', source('tmpfiles-remediation.conf'))
  copy(tree, leaseSweepPath, source('lease-sweep.sh'), 0o755)
  copy(tree, defaultsFile, join(root, 'deploy/package/files/kvminfo-exporter.default'))
}

function addManualAndCompletion(tree: string, version: string, date: number): void {
  const pages = commandPages()
  for (const page of pages) {
    const text = manPage(page, pages, version, date)
    put(tree, join('usr/share/man/man1', `${pageName(page)}.1.gz`), gzip(text))
  }
  put(tree, 'usr/share/bash-completion/completions/kvminfo', bashCompletion(pages))
}

/** The tree of kvminfo-exporter, without what only one format of package has, such as Debian's changelog. */
export function stageExporter({ tree, version, date }: Staging): void {
  say('Compile the program')
  compile(tree)
  say('Copy Node and the production dependencies')
  addRuntime(tree)
  addDependencies(tree)
  put(tree, join(programDirectory, 'package.json'), programManifest(version))
  put(tree, launcherPath, launcher(), 0o755)
  addService(tree)
  addShared(tree)
  addManualAndCompletion(tree, version, date)
  put(tree, join(documentation(exporterPackage), 'copyright'), exporterCopyright())
  settle(tree, date)
}

/** The modules' sources say their version in two files. */
function withVersion(path: string, version: string): string {
  const text = readSource(path)
  if (path === 'kmod/dkms.conf') {
    return text
      .replaceAll(`/${manifest.version}`, `/${version}`)
      .replaceAll(`-${manifest.version}`, `-${version}`)
      .replace(/^PACKAGE_VERSION=".*"$/m, `PACKAGE_VERSION="${version}"`)
  }
  return text.replace(/^(#define KMOD_VERSION) ".*"$/m, `$1 "${version}"`)
}

const namesVersion = ['kmod/dkms.conf', 'kmod/include/version.h']

/** The tree of kvminfo-dkms: the modules' sources, their group, and that they are loaded at boot. */
export function stageModules({ tree, version, date }: Staging): void {
  const sources = join('usr/src', `kvminfo-${version}`)
  for (const path of trackedFiles('kmod').filter((path) => basename(path) !== '.gitignore')) {
    const target = join(sources, relative('kmod', path))
    const isProgram = (statSync(join(root, path)).mode & 0o100) !== 0
    put(
      tree,
      target,
      namesVersion.includes(path) ? withVersion(path, version) : readSource(path),
      isProgram ? 0o755 : 0o644,
    )
  }
  const files = join(root, 'deploy/package/files')
  copy(tree, 'usr/lib/sysusers.d/kvminfo-dkms.conf', join(files, 'kvminfo-dkms.sysusers'))
  copy(tree, 'usr/lib/modules-load.d/kvminfo.conf', join(files, 'kvminfo-dkms.modules-load'))
  put(tree, join(documentation(modulesPackage), 'README.md'), readSource('kmod/README.md'))
  put(tree, join(documentation(modulesPackage), 'copyright'), modulesCopyright(date))
  settle(tree, date)
}
