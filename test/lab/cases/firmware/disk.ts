// A disk that keeps the VM which boots from it at work without an operating system (guests/readers).

import { copyFileSync, truncateSync } from 'node:fs'

export type Bus = 'ide' | 'virtio'

/** Writes a raw image whose boot sector reads its first 4 KiB for ever, by the driver for its bus. */
export function writeReadingDisk(path: string, bus: Bus): void {
  copyFileSync(`/project/test/lab/guests/readers/${bus}`, path)
  truncateSync(path, 2 ** 20)
}
