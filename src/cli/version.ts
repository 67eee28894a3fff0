// The program's version, from its package.
import { readFileSync } from 'node:fs'

// The same distance from src/cli and from dist/cli.
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const version = manifest.version

/** The answer to `--version`. */
export const versionText = `kvminfo, version ${version}\n  Node: ${process.version}\n  platform: ${process.platform}/${process.arch}`
