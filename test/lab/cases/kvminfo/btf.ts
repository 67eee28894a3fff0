// What the module sees of the kernel's BTF. It reads BTF as a worker, which sees the file system of the machine's init, and
// if there is none, as the process that loads it, which sees the file system of the case.

import { execFileSync } from 'node:child_process'

/** The root directory of the machine's init. The case has another one. */
export const initRoot = '/proc/1/root'

const views = [initRoot, '/']

export function hideBtf(): void {
  for (const root of views)
    execFileSync('chroot', [root, '/bin/mount', '-t', 'tmpfs', 'none', '/sys/kernel/btf'])
}

export function showBtf(): void {
  for (const root of views) execFileSync('chroot', [root, '/bin/umount', '/sys/kernel/btf'])
}

/** Shows workers the files of `directory`, a path in the root directory of init, in place of the kernel's BTF. */
export function replaceBtf(directory: string): void {
  execFileSync('chroot', [initRoot, '/bin/mount', '--bind', directory, '/sys/kernel/btf'])
}

/** Undoes replaceBtf(), even if somebody has a file open. */
export function restoreBtf(): void {
  execFileSync('chroot', [initRoot, '/bin/umount', '-l', '/sys/kernel/btf'])
}
