// The licences of everything that a package holds, in Debian's machine-readable form: our own, those of the production
// dependencies, and that of Node with all that is linked into it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dependency, productionDependencies } from './dependencies.ts'
import { maintainer, nodeLicenses, programDirectory } from './names.ts'
import { root } from './sources.ts'
import { PackageError } from './step.ts'

const header = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: kvminfo-exporter
Upstream-Contact: ${maintainer}
`

/** Text of several lines as a field has it: each indented, an empty one as a dot. */
const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n')

interface Stanza {
  readonly files: string
  readonly copyright: string
  /** The short name and, where it is not in /usr/share/common-licenses, the text. */
  readonly license: string
  readonly text: string
}

const stanza = ({ files, copyright, license, text }: Stanza): string =>
  `Files: ${files}\nCopyright: ${copyright}\nLicense: ${license}\n${indented(text)}\n`

const apache =
  'The full text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0 on Debian,\nin LICENSE beside this file elsewhere.'

const ours = (files: string): Stanza => ({
  files,
  copyright: 'kvminfo-exporter developers',
  license: 'Apache-2.0',
  text: apache,
})

const licenseFile = /^(licen[cs]e|copying)(\.(md|txt))?$/i

interface Manifest {
  readonly author?: string | { readonly name?: string }
}

function licenseText({ directory, name, license }: Dependency): { text: string; copyright: string } {
  const files = readdirSync(join(root, directory)).filter((file) => licenseFile.test(file))
  const text = files.map((file) => readFileSync(join(root, directory, file), 'utf8')).join('\n')
  const lines = text.split('\n').flatMap((line) => /^\W*(copyright\b.*\d{4}.*)$/i.exec(line)?.[1] ?? [])
  const { author } = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Manifest
  const authorName = typeof author === 'string' ? author : author?.name
  return {
    text:
      text === ''
        ? `The package has no licence file; its package.json says ${license}.`
        : license === 'Apache-2.0'
          ? apache
          : text,
    copyright: lines.length > 0 ? lines.join('\n           ') : (authorName ?? `the authors of ${name}`),
  }
}

/** Throws a PackageError for a dependency that states no licence. */
function dependencyStanza(dependency: Dependency): Stanza {
  const { directory, name, license } = dependency
  if (license === 'unknown') throw new PackageError(`package-lock.json has no licence for ${name}`)
  return { files: `${programDirectory}/${directory}/*`, license, ...licenseText(dependency) }
}

export function exporterCopyright(): string {
  return [
    header,
    stanza(ours('*')),
    stanza({
      files: `${programDirectory}/bin/node`,
      copyright: 'Node.js contributors, and the authors named in the text',
      license: 'Node.js',
      text: `The licences of Node.js and of the libraries that are linked into it are in\n/${nodeLicenses}.`,
    }),
    ...productionDependencies().map((dependency) => stanza(dependencyStanza(dependency))),
  ].join('\n')
}

/** `date` in seconds since the Unix epoch. */
export function modulesCopyright(date: number): string {
  return [
    header,
    stanza({
      files: '*',
      copyright: `${new Date(date * 1000).getUTCFullYear()} kvminfo-exporter developers`,
      license: 'GPL-2.0-only',
      text: 'The full text of the GNU General Public License 2 is in /usr/share/common-licenses/GPL-2 on Debian,\nand in LICENSE among the sources in /usr/src.',
    }),
  ].join('\n')
}
