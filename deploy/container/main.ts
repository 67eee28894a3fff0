// `npm run image`: builds the OCI image of the exporter, from the same tree as the packages, with buildah. README.md
// beside this file says what is in it and how to run it.
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { architectures, exporterPackage } from '../package/names.ts'
import { nodeRuntime } from '../package/runtime.ts'
import { isDirty, manifest, root, sourceDate } from '../package/sources.ts'
import { run, runProgram, say } from '../package/step.ts'
import { type Image, layOutImage } from './root.ts'

const usage = `npm run image [-- OPTION...]

Builds the image of kvminfo-exporter as an OCI archive in dist-packages/.

  --version VERSION    another version than that of package.json
  --output DIRECTORY   another directory than dist-packages
  --help               print this
`

/** buildah with a storage of its own that needs no overlay file system; nothing of it is left behind. */
function buildImage({ version, date, output }: { version: string; date: number; output: string }): string {
  const work = mkdtempSync(join(tmpdir(), 'kvminfo-image-'))
  const storage = ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs']
  const buildah = (...words: string[]): string => run('buildah', [...storage, ...words]).trim()
  try {
    const tree = join(work, 'root')
    mkdirSync(tree)
    const image = layOutImage({ tree, version, date })
    say('Build the image')
    const container = buildah('from', '--quiet', 'scratch')
    buildah('copy', '--quiet', '--chown', '0:0', container, tree, '/')
    buildah('config', ...settings(image, version), container)
    // The layout as a directory, and our own archive of it: buildah's archive has the time of day in it.
    const layout = join(work, 'layout')
    buildah(
      'commit',
      '--quiet',
      '--identity-label=false',
      '--disable-compression=false',
      '--timestamp',
      String(date),
      container,
      `oci:${layout}:localhost/${exporterPackage}:${version}`,
    )
    buildah('rm', container)
    mkdirSync(output, { recursive: true })
    const cpu = architectures[nodeRuntime().cpu].oci
    const archive = join(output, `${exporterPackage}_${version}_${cpu}.oci.tar`)
    const normal = [
      '--sort=name',
      `--mtime=@${date}`,
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
    ]
    run('tar', [
      '-c',
      ...normal,
      '--format=gnu',
      '-f',
      `${archive}.part`,
      '-C',
      layout,
      'blobs',
      'index.json',
      'oci-layout',
    ])
    renameSync(`${archive}.part`, archive)
    return archive
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function settings({ entrypoint, command, environment, user }: Image, version: string): string[] {
  const labels = {
    title: exporterPackage,
    description: manifest.description,
    licenses: manifest.license,
    version,
  }
  return [
    ...['--arch', architectures[nodeRuntime().cpu].oci, '--os', 'linux'],
    ...['--entrypoint', JSON.stringify(entrypoint), '--cmd', command.join(' ')],
    ...['--user', user, '--workingdir', '/', '--port', '9756', '--stop-signal', 'SIGTERM'],
    ...environment.flatMap((assignment) => ['--env', assignment]),
    ...Object.entries(labels).flatMap(([name, text]) => [
      '--label',
      `org.opencontainers.image.${name}=${text}`,
    ]),
  ]
}

function main(): void {
  const { values } = parseArgs({
    options: {
      version: { type: 'string', default: manifest.version },
      output: { type: 'string', default: join(root, 'dist-packages') },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(usage)
    return
  }
  const dirty = isDirty() && values.version === manifest.version
  if (dirty) console.warn('The working tree has changes that are not committed: the image is marked -dirty.')
  const version = dirty ? `${values.version}-dirty` : values.version
  const archive = buildImage({ version, date: sourceDate(), output: resolve(values.output) })
  console.log(`${archive}  ${(statSync(archive).size / 1e6).toFixed(1)} MB`)
}

runProgram('image', main)
