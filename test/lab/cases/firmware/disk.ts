// A disk with a boot sector that keeps its VM busy without an operating system (guests/readers).

import { copyFileSync, truncateSync } from 'node:fs'

export type Bus = 'ide' | 'virtio'

/** Writes a raw image whose boot sector reads its first 4 KiB forever, with the driver for the bus. */
export function writeReadingDisk(path: string, bus: Bus): void {
  copyFileSync(`/project/test/lab/guests/readers/${bus}`, path)
  truncateSync(path, 2 ** 20)
}
