// `npm run package`: builds the packages of kvminfo-exporter and kvminfo-dkms. README.md beside this file says what is
// in them and how they are installed.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildExporterDeb, buildModulesDeb } from './deb.ts'
import { exporterPackage, modulesPackage } from './names.ts'
import { buildExporterRpm, buildModulesRpm } from './rpm.ts'
import { isDirty, manifest, root, sourceDate } from './sources.ts'
import { type Staging, stageExporter, stageModules } from './stage.ts'
import { PackageError, runProgram, say } from './step.ts'
import { installedKibibytes } from './tree.ts'

const usage = `npm run package [-- OPTION...]

Builds kvminfo-exporter and kvminfo-dkms, as .deb and .rpm, into dist-packages/.

  --format deb|rpm     this format only
  --version VERSION    another version than that of package.json, to try an upgrade
  --output DIRECTORY   another directory than dist-packages
  --stage DIRECTORY    no package: lay out what kvminfo-exporter installs in DIRECTORY, which must not exist
  --help               print this
`

const formats = ['deb', 'rpm'] as const
type Format = (typeof formats)[number]

interface Options {
  readonly version: string
  readonly output: string
  readonly stage: string | undefined
  readonly formats: readonly Format[]
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      version: { type: 'string' },
      output: { type: 'string', default: join(root, 'dist-packages') },
      stage: { type: 'string' },
      format: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const format = formats.find((known) => known === values.format)
  if (values.format !== undefined && format === undefined) {
    throw new PackageError(`--format ${values.format}: known are ${formats.join(', ')}`)
  }
  if (values.version !== undefined && !/^\d+(\.\d+)*(-[\d.a-z]+)?$/.test(values.version)) {
    throw new PackageError(`--version ${values.version}: give one such as 0.1.1 or 0.2.0-rc.1`)
  }
  return {
    version: values.version ?? versionOfSources(),
    output: resolve(values.output),
    stage: values.stage === undefined ? undefined : resolve(values.stage),
    formats: format === undefined ? formats : [format],
  }
}

/** Marked if the sources are not those of the commit, so that nobody takes the package for a release. */
function versionOfSources(): string {
  if (!isDirty()) return manifest.version
  console.warn('The working tree has changes that are not committed: the packages are marked +dirty.')
  return `${manifest.version}+dirty`
}

const builders = {
  deb: { exporter: buildExporterDeb, modules: buildModulesDeb },
  rpm: { exporter: buildExporterRpm, modules: buildModulesRpm },
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`

function buildAll({ version, output, formats }: Options): void {
  const work = mkdtempSync(join(tmpdir(), 'kvminfo-package-'))
  try {
    const staging = (name: string): Staging => {
      mkdirSync(join(work, name))
      return { tree: join(work, name), version, date: sourceDate() }
    }
    const built: string[] = []
    const report = (path: string, installed: number) => {
      built.push(`${path}  ${megabytes(statSync(path).size)}, installed ${megabytes(installed * 1024)}`)
    }
    const exporter = staging('exporter')
    stageExporter(exporter)
    const modules = staging('modules')
    stageModules(modules)
    for (const format of formats) {
      for (const [packageName, staged, build] of [
        [exporterPackage, exporter, builders[format].exporter],
        [modulesPackage, modules, builders[format].modules],
      ] as const) {
        say(`Build the .${format} of ${packageName}`)
        report(build(staged, output), installedKibibytes(staged.tree))
      }
    }
    console.log(built.join('\n'))
  } finally {
    rmSync(work, { recursive: true })
  }
}

function main(): void {
  const options = readOptions()
  if (options === undefined) {
    console.log(usage)
    return
  }
  if (options.stage === undefined) {
    buildAll(options)
    return
  }
  if (existsSync(options.stage)) throw new PackageError(`--stage ${options.stage}: this exists already`)
  mkdirSync(options.stage, { recursive: true })
  stageExporter({ tree: options.stage, version: options.version, date: sourceDate() })
  console.log(`${options.stage}  ${megabytes(installedKibibytes(options.stage) * 1024)}`)
}

runProgram('package', main)
