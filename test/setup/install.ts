// Installs the Debian packages that the tests need, if any are missing. npm runs this before the tests.
// It starts and enables none of their services, and it installs no kernel (the lab only unpacks kernels).

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { missingPackages } from './missing-packages.ts'
import { packages } from './packages.ts'

/** Debian's maintainer scripts run this before they start a service; exit code 101 forbids it. */
const policy = '/usr/sbin/policy-rc.d'

const missing = found()
if (missing.length > 0 || !aptHasLists()) asRoot(() => install(missing))

function found(): string[] {
  try {
    return missingPackages()
  } catch (error) {
    stop(error instanceof Error ? error.message : String(error))
  }
}

/** The lab asks apt for kernels, but container images come without apt's package lists. */
function aptHasLists(): boolean {
  return readdirSync('/var/lib/apt/lists').some(
    (name) => name.endsWith('_Packages') || name.includes('_Packages.'),
  )
}

/** Runs `work` if this is root, otherwise runs this whole script again under sudo. */
function asRoot(work: () => void): void {
  for (const name of missing) console.log(`setup: ${name} is missing (${packages[name]})`)
  if (process.getuid?.() === 0) {
    work()
    return
  }
  console.log('setup: installing with apt, through sudo')
  const { error, status } = spawnSync('sudo', ['--', process.execPath, import.meta.filename], {
    stdio: 'inherit',
  })
  if (error)
    stop(
      `only root can install packages, and sudo is not installed. Run as root: apt-get install ${missing.join(' ')}`,
    )
  process.exitCode = status ?? 1
}

function install(names: readonly string[]): void {
  const ours = !existsSync(policy)
  if (ours)
    writeFileSync(
      policy,
      '#!/bin/sh\n# Temporary: written by test/setup of kvminfo-exporter while it installs packages.\nexit 101\n',
      { mode: 0o755 },
    )
  try {
    apt('update')
    if (names.length > 0) apt('install', '--yes', '--no-install-recommends', ...names)
  } finally {
    if (ours) rmSync(policy)
  }
  disableServices(names)
}

function apt(...words: string[]): void {
  const { status, error } = spawnSync('apt-get', ['-q', ...words], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (error || status !== 0)
    stop(`"apt-get ${words.join(' ')}" failed${error ? `: ${error.message}` : '; its output is above'}`)
}

/** The packages enable their daemons for the next boot. Disables them, because the tests start their own instances. */
function disableServices(names: readonly string[]): void {
  const daemons = names.filter((name) => /^(libvirt|prometheus)/.test(name))
  if (daemons.length === 0) return
  const files = execFileSync('dpkg-query', ['-L', ...daemons], { encoding: 'utf8' }).split('\n')
  const units = files
    .filter((path) => /^(\/usr)?\/lib\/systemd\/system\/[^/@]+\.(service|socket|timer)$/.test(path))
    .map((path) => basename(path))
  if (units.length > 0) execFileSync('systemctl', ['--quiet', 'disable', ...units], { stdio: 'inherit' })
}

function stop(message: string): never {
  console.error(`setup: ${message}`)
  process.exit(1)
}
