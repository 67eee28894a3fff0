// What install and uninstall share: names, paths, and which of our versions DKMS has.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { outputOf, StepError } from './step.ts'

export const sourceDirectory = fileURLToPath(new URL('../../kmod', import.meta.url))

export const packageName = 'kvminfo'
/** In load order. */
export const modules = ['kvminfo', 'taskinfo'] as const
/** The group that may read the modules' files. */
export const group = 'kvminfo'

export const modprobeFile = '/etc/modprobe.d/kvminfo.conf'
export const modulesLoadFile = '/etc/modules-load.d/kvminfo.conf'

export const dkmsSource = (version: string): string => `/usr/src/${packageName}-${version}`

/** The version in the dkms.conf of these module sources. Throws a StepError if there is none. */
export function packageVersion(sources: string): string {
  const text = readFileSync(`${sources}/dkms.conf`, 'utf8')
  const version = /^PACKAGE_VERSION="(.+)"$/m.exec(text)?.[1]
  if (version === undefined) throw new StepError(`no PACKAGE_VERSION in ${sources}/dkms.conf`)
  return version
}

/** Our versions in the output of `dkms status`, with lines such as `kvminfo/0.1.0, 6.1.0-56-amd64, x86_64: installed`. */
export function parseDkmsStatus(text: string): string[] {
  const versions = text.split('\n').flatMap((line) => /^kvminfo\/([^,: ]+)/.exec(line)?.[1] ?? [])
  return [...new Set(versions)]
}

export function knownVersions(): string[] {
  return parseDkmsStatus(outputOf('dkms', 'status', packageName))
}

export interface Group {
  readonly id: string
  readonly members: readonly string[]
}

/** Our group in the text of /etc/group, with lines such as `kvminfo:x:995:kvminfo-exporter`. */
export function findGroup(text: string): Group | undefined {
  const [, , id, members] =
    text
      .split('\n')
      .find((line) => line.startsWith(`${group}:`))
      ?.split(':') ?? []
  if (id === undefined || members === undefined) return undefined
  return { id, members: members.split(',').filter((name) => name !== '') }
}

export function readGroup(): Group | undefined {
  return findGroup(readFileSync('/etc/group', 'utf8'))
}
