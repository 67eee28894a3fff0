// Builds the Debian packages with dpkg-deb alone, from trees that stage.ts laid out.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changelog } from './changelog.ts'
import {
  architectures,
  defaultsFile,
  documentation,
  exporterPackage,
  maintainer,
  modulesPackage,
} from './names.ts'
import { nodeRuntime } from './runtime.ts'
import { root } from './sources.ts'
import { nativeBinaries, type Staging } from './stage.ts'
import { run } from './step.ts'
import { filled } from './template.ts'
import { copy, entries, gzip, installedKibibytes, put, settle } from './tree.ts'
import { moduleFormat, packageVersion } from './versions.ts'

/**
 * xz level 1 with two threads: 34 MB after 17 s of CPU time. Level 3 gives 32 MB after 34 s, level 6 29 MB after 64 s.
 * The number of threads is fixed because it may change the bytes.
 */
const compression = ['-Zxz', '-z1', '--threads-max=2']

interface Control {
  readonly packageName: string
  readonly architecture: string
  readonly fields: Readonly<Record<string, string>>
  readonly conffiles: readonly string[]
  readonly placeholders: Readonly<Record<string, string>>
}

function md5sums(tree: string): string {
  const sum = (path: string) =>
    createHash('md5')
      .update(readFileSync(join(tree, path)))
      .digest('hex')
  return entries(tree)
    .filter(({ path, isDirectory }) => !isDirectory && !path.startsWith('etc/'))
    .map(({ path }) => `${sum(path)}  ${path}\n`)
    .join('')
}

/** Adds to a copy of the tree what every Debian package has, builds it, and returns the path of the package. */
function build(staging: Staging, control: Control, output: string): string {
  const work = mkdtempSync(join(tmpdir(), 'kvminfo-deb-'))
  try {
    run('cp', ['-a', `${staging.tree}/.`, work])
    return buildHere({ ...staging, tree: work }, control, output)
  } finally {
    rmSync(work, { recursive: true })
  }
}

function buildHere(staging: Staging, control: Control, output: string): string {
  const { tree, date } = staging
  const version = packageVersion(staging.version)
  const { packageName, architecture } = control
  const documents = documentation(packageName)
  put(tree, join(documents, 'changelog.gz'), gzip(changelog(packageName, version, date)))
  const overrides = join(root, `deploy/package/debian/${packageName}.lintian-overrides`)
  if (existsSync(overrides)) copy(tree, join('usr/share/lintian/overrides', packageName), overrides)
  settle(tree, date)

  const fields = {
    Package: packageName,
    Version: version,
    Architecture: architecture,
    Maintainer: maintainer,
    'Installed-Size': String(installedKibibytes(tree)),
    Priority: 'optional',
    ...control.fields,
  }
  const sums = md5sums(tree)
  put(
    tree,
    'DEBIAN/control',
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  )
  put(tree, 'DEBIAN/md5sums', sums)
  if (control.conffiles.length > 0) {
    put(tree, 'DEBIAN/conffiles', control.conffiles.map((path) => `/${path}\n`).join(''))
  }
  for (const name of ['postinst', 'prerm', 'postrm']) {
    put(tree, `DEBIAN/${name}`, filled(`debian/${packageName}.${name}`, control.placeholders), 0o755)
  }
  settle(tree, date)

  mkdirSync(output, { recursive: true })
  const path = join(output, `${packageName}_${version}_${architecture}.deb`)
  // Never half a package under its final name.
  run('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, `${path}.part`], {
    env: { SOURCE_DATE_EPOCH: String(date) },
  })
  renameSync(`${path}.part`, path)
  return path
}

/** What the binaries need of the system's libraries, as `libc6 (>= 2.28), …`. */
function libraryDependencies(tree: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-shlibdeps-'))
  try {
    put(directory, 'debian/control', 'Source: x\n\nPackage: x\nArchitecture: any\n')
    const text = run('dpkg-shlibdeps', ['-O', ...nativeBinaries(tree).flatMap((path) => ['-e', path])], {
      cwd: directory,
    })
    return text.trim().replace(/^shlibs:Depends=/, '')
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** kvminfo-exporter from the tree of stageExporter. */
export function buildExporterDeb(staging: Staging, output: string): string {
  return build(
    staging,
    {
      packageName: exporterPackage,
      architecture: architectures[nodeRuntime().cpu].deb,
      fields: {
        Section: 'net',
        Depends: `${libraryDependencies(staging.tree)}, init-system-helpers (>= 1.52), systemd | systemd-standalone-sysusers | passwd`,
        Recommends: `${modulesPackage}, libsystemd0`,
        Suggests: 'libvirt-clients, prometheus',
        Description: `Prometheus exporter for KVM hosts
 Says for each VM where its exits end: inside KVM, which is cheap, or in QEMU,
 which is not. Joins that with the scheduling of every vCPU thread, with memory
 and with the devices of the VM.
 .
 The kernel modules of kvminfo-dkms count the exits. Without them the exporter
 uses KVM's own statistics.
 .
 The package brings its own Node.js runtime, and alert rules, runbooks and
 Grafana dashboards.`,
      },
      conffiles: [defaultsFile],
      placeholders: {},
    },
    output,
  )
}

/** kvminfo-dkms from the tree of stageModules. */
export function buildModulesDeb(staging: Staging, output: string): string {
  return build(
    staging,
    {
      packageName: modulesPackage,
      architecture: 'all',
      fields: {
        Section: 'kernel',
        Depends: 'dkms (>= 2.1.0.0), kmod, systemd | systemd-standalone-sysusers | passwd',
        Enhances: exporterPackage,
        Description: `kernel modules that count the exits of KVM's VMs (DKMS)
 kvminfo counts where the exits of each VM end, in /proc/kvminfo. taskinfo
 serves the scheduling data of every thread, in /proc/taskinfo. Neither patches
 KVM or links to it.
 .
 DKMS builds both for each installed kernel of which there are headers.`,
      },
      conffiles: [],
      placeholders: { VERSION: staging.version, FORMAT: moduleFormat() },
    },
    output,
  )
}
