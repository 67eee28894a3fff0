// The images of test disks: one for each VM that has such a disk, or had one when a former process was killed. An image
// is there before its disk is plugged in, and until it has been unplugged. So the images say what a later process must
// unplug.
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const sector = 512
const bytes = 1024 * 1024

/** A partition that no system uses: type 7f is for experiments. */
const partition = { first: 64, sectors: 128, type: 0x7f }

const name = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.img$/

export class TestDiskImages {
  readonly #directory: string

  /** Creates the folder. Throws Node's own error. */
  constructor(directory: string) {
    this.#directory = directory
    if (mkdirSync(directory, { recursive: true }) !== undefined) chmodSync(directory, 0o755)
  }

  /** The UUIDs of the VMs that have an image. */
  list(): string[] {
    return readdirSync(this.#directory).flatMap((file) => name.exec(file)?.[1] ?? [])
  }

  path(uuid: string): string {
    return join(this.#directory, `${uuid}.img`)
  }

  /** Returns the path. QEMU runs as another user, who may read the image. */
  create(uuid: string): string {
    const path = this.path(uuid)
    this.remove(uuid)
    writeFileSync(path, image(), { flag: 'wx' })
    chmodSync(path, 0o444)
    return path
  }

  remove(uuid: string): void {
    rmSync(this.path(uuid), { force: true })
  }
}

/** A disk with a partition table, so that systems take it for one that is in use, and with nothing in it. */
function image(): Buffer {
  const disk = Buffer.alloc(bytes)
  // `int 18h`: a firmware that starts from this disk goes on with the next one.
  disk.set([0xcd, 0x18])
  const signature = 440
  disk.write('kvmi', signature, 'latin1')
  const entry = 446
  // Cylinders, heads and sectors that say: see the sector numbers.
  disk.set([0, 0xfe, 0xff, 0xff, partition.type, 0xfe, 0xff, 0xff], entry)
  disk.writeUInt32LE(partition.first, entry + 8)
  disk.writeUInt32LE(partition.sectors, entry + 12)
  disk.set([0x55, 0xaa], sector - 2)
  return disk
}
