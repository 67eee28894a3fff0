// The program's version, read from package.json.
import { readFileSync } from 'node:fs'

// The same relative path from src/cli and from dist/cli.
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const version = manifest.version

/** The output of `--version`. */
export const versionText = `kvminfo, version ${version}\n  Node: ${process.version}\n  platform: ${process.platform}/${process.arch}`
