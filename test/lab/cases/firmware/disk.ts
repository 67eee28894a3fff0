// A disk with a boot sector that keeps its VM busy without an operating system (guests/readers).

import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'

export type Bus = 'ide' | 'virtio'

/** Writes a raw image whose boot sector reads its first 4 KiB forever, with the driver for the bus. */
export function writeReadingDisk(path: string, bus: Bus): void {
  copyFileSync(`/project/test/lab/guests/readers/${bus}`, path)
  truncateSync(path, 2 ** 20)
}

/** The same for a guest that has no driver for virtio: it stops when it starts with its disk on virtio. */
export function writeStuckDisk(path: string): void {
  const sector = readFileSync('/project/test/lab/guests/readers/virtio')
  // `stuck` in virtio.S.
  sector[509] = 1
  writeFileSync(path, sector)
  truncateSync(path, 2 ** 20)
}

/** Writes a raw image whose boot sector does nothing, so that the VM takes no CPU. */
export function writeIdleDisk(path: string): void {
  const sector = Buffer.alloc(512)
  // cli; again: hlt; jmp again
  sector.set([0xfa, 0xf4, 0xeb, 0xfd])
  sector.set([0x55, 0xaa], 510)
  writeFileSync(path, sector)
  truncateSync(path, 2 ** 20)
}
