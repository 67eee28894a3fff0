// Builds the rpm packages with rpmbuild, from trees that stage.ts laid out.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
import type { Staging } from './stage.ts'
import { run } from './step.ts'
import { filled } from './template.ts'
import { copy, entries, settle } from './tree.ts'
import { moduleFormat, packageVersion } from './versions.ts'

/** Nothing of this machine or this minute gets into the package, and rpmbuild changes no file. */
const macros = {
  _buildhost: 'localhost',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
  source_date_epoch_from_changelog: '0',
  // 36 MB after 4 s of CPU time; rpm unpacks it since 4.14 (RHEL 8). xz would save 2 MB and take four times as long.
  _binary_payload: 'w9.zstdio',
  __os_install_post: '%{nil}',
  debug_package: '%{nil}',
  _build_id_links: 'none',
}

/** Directories that belong to the package, not to the distribution. */
const ownDirectory = /^usr\/(lib|share|src|share\/doc|share\/licenses)\/kvminfo[^/]*(\/|$)/

/** The lines of `%files`. */
function fileList(tree: string): string {
  const lines = entries(tree).flatMap(({ path, isDirectory }) => {
    if (isDirectory) return ownDirectory.test(path) ? [`%dir "/${path}"`] : []
    if (path === defaultsFile) return [`%config(noreplace) "/${path}"`]
    return [path.startsWith('usr/share/doc/') ? `%doc "/${path}"` : `"/${path}"`]
  })
  return ['%defattr(-,root,root,-)', ...lines, ''].join('\n')
}

function build(staging: Staging, packageName: string, architecture: string, output: string): string {
  const { date } = staging
  const version = packageVersion(staging.version)
  const work = mkdtempSync(join(tmpdir(), 'kvminfo-rpm-'))
  try {
    const tree = join(work, 'tree')
    run('cp', ['-a', staging.tree, tree])
    if (packageName === exporterPackage) {
      copy(tree, join(documentation(packageName), 'LICENSE'), join(root, 'LICENSE'))
    }
    settle(tree, date)
    const files = join(work, 'files')
    writeFileSync(files, fileList(tree))
    const spec = join(work, `${packageName}.spec`)
    const values = { VERSION: version, MAINTAINER: maintainer, TREE: tree, FILES: files }
    const moduleValues = { SOURCEVERSION: staging.version, FORMAT: moduleFormat() }
    writeFileSync(spec, filled(`rpm/${packageName}.spec`, { ...values, ...moduleValues }))

    const defines = Object.entries({ ...macros, _topdir: work, _dbpath: join(work, 'db') })
    run(
      'rpmbuild',
      [
        '-bb',
        '--target',
        architecture,
        ...defines.flatMap(([name, value]) => ['--define', `${name} ${value}`]),
        spec,
      ],
      { env: { SOURCE_DATE_EPOCH: String(date) } },
    )
    mkdirSync(output, { recursive: true })
    const name = `${packageName}-${version}-1.${architecture}.rpm`
    const path = join(output, name)
    // Across file systems, and never half a package under its final name.
    run('cp', [join(work, 'RPMS', architecture, name), `${path}.part`])
    renameSync(`${path}.part`, path)
    return path
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** kvminfo-exporter from the tree of stageExporter. */
export function buildExporterRpm(staging: Staging, output: string): string {
  return build(staging, exporterPackage, architectures[nodeRuntime().cpu].rpm, output)
}

/** kvminfo-dkms from the tree of stageModules. */
export function buildModulesRpm(staging: Staging, output: string): string {
  return build(staging, modulesPackage, 'noarch', output)
}
