// The container image beside the kernel modules.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { project } from '../artefacts.ts'
import { cached, contentsOf } from '../cache.ts'
import { passes } from '../passes.ts'

/** The image unpacked: root/, and its configuration in config.json. */
async function unpackedImage(): Promise<string> {
  const sources = ['src', 'deploy', 'package.json', 'package-lock.json'].map((name) => join(project, name))
  return cached('image', 'root', await contentsOf(sources), async (draft) => {
    const words = ['deploy/container/main.ts', '--version', '0.1.0', '--output', draft]
    execFileSync(process.execPath, words, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
    const archive = join(draft, readdirSync(draft).find((name) => name.endsWith('.oci.tar'))!)
    const layout = join(draft, 'layout')
    mkdirSync(layout)
    execFileSync('tar', ['-xf', archive, '-C', layout])
    const read = (path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8'))
    const blob = (digest: string): string => `blobs/${digest.replace(':', '/')}`
    const manifest = read(blob(read('index.json').manifests[0].digest))
    mkdirSync(join(draft, 'root'))
    execFileSync('tar', ['-xzf', join(layout, blob(manifest.layers[0].digest)), '-C', join(draft, 'root')])
    execFileSync('cp', [join(layout, blob(manifest.config.digest)), join(draft, 'config.json')])
    for (const path of [archive, layout]) rmSync(path, { recursive: true })
  })
}

test('container-image.sh', async () => {
  const image = await unpackedImage()
  const { config } = JSON.parse(readFileSync(join(image, 'config.json'), 'utf8'))
  const args = [join(image, 'root'), config.Env.join(' '), ...config.Entrypoint, ...config.Cmd]
  // One CPU: it runs a VM of real QEMU (qemu.ts).
  await passes('container-image.sh', { cpus: 1, loadModules: false, args, timeoutSeconds: 900 })
})
