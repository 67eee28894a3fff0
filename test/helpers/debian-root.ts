// A small Debian 12 in a directory, to install packages in. It has no systemd, no Node and no compiler.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../lab/cache.ts'
import { run } from './built-packages.ts'

const mirror = 'http://deb.debian.org/debian'

/** Copies the cached system to `directory`; the first time debootstrap makes it, over the network. Needs root. */
export async function debianRoot(directory: string): Promise<void> {
  const pristine = await cached('debian-roots', 'bookworm', ['minbase', mirror], async (draft) => {
    run('debootstrap', '--variant=minbase', 'bookworm', draft, mirror)
    for (const path of ['var/cache/apt', 'var/lib/apt/lists']) {
      rmSync(join(draft, path), { recursive: true })
    }
  })
  run('cp', '-a', `${pristine}/.`, directory)
}

export interface Outcome {
  readonly status: number | null
  readonly text: string
}

/** Runs a program in the system, with nothing of the environment here. */
export function inRoot(directory: string, ...command: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync('chroot', [directory, ...command], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' },
  })
  return { status, text: `${stdout}${stderr}` }
}

/**
 * Stands for the packages dkms and kmod, which would need a compiler: writes each call to /var/log/calls. Installed
 * as the package `dkms`.
 */
export function installFakeDkms(directory: string): void {
  const tree = join(directory, 'tmp/fake-dkms')
  const script = (path: string, body: string) => {
    const target = join(tree, path)
    mkdirSync(join(target, '..'), { recursive: true })
    writeFileSync(target, `#!/bin/sh\necho "\${0##*/} $*" >> /var/log/calls\n${body}`, { mode: 0o755 })
  }
  script('usr/sbin/dkms', 'case $1 in status) echo kvminfo/installed ;; esac\n')
  script('usr/lib/dkms/common.postinst', '')
  script('usr/sbin/modinfo', 'case $1 in -F) echo srcversion-of-the-new-build ;; esac\n')
  script('usr/sbin/modprobe', '')
  script('usr/sbin/rmmod', 'rm -r "/sys/module/$1"\n')
  mkdirSync(join(tree, 'etc/modprobe.d'), { recursive: true })
  mkdirSync(join(tree, 'DEBIAN'))
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    'Package: dkms\nVersion: 3.0.10\nProvides: kmod\nArchitecture: all\nMaintainer: a test <test@kvminfo.invalid>\nDescription: writes down how it is called\n',
  )
  run('dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, join(directory, 'tmp/dkms.deb'))
  rmSync(tree, { recursive: true })
}
