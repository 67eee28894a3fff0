// The disk of the emulated Intel host: a boot sector (boot.S) that loads an unpacked kernel and its initramfs. Without a
// boot loader and a compressed kernel, Bochs reaches the kernel within seconds.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, contentsOf } from '../cache.ts'
import { bzImage, type Kernel, vmlinux } from '../kernels.ts'

const source = join(import.meta.dirname, 'boot.S')

/** Where things are in the guest's memory. The kernel lies between the command line and the initramfs. */
const paramsAt = 0x10000
const commandLineAt = 0x11000
const initrdAt = 0x8000000

/** Offsets of what boot.S leaves open. */
const sectorEntry = 0x1c0
const sectorParams = 0x1c4
const sectorTable = 0x1c8

const sectorBytes = 512
/** Bochs wants whole cylinders of 16 heads and 63 sectors. */
const cylinderSectors = 16 * 63

/** Writes the image of a disk that boots `kernel` in a machine with `memoryBytes` of memory. */
export async function writeDiskImage(
  path: string,
  kernel: Kernel,
  initrd: Buffer,
  commandLine: string,
  memoryBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const { entry, at, bytes, end } = loadedImage(await readFile(vmlinux(kernel)))
  if (end > initrdAt)
    throw new Error(`Linux ${kernel.release} is too large for the Intel machine's memory map`)
  const params = bootParams(await readFile(bzImage(kernel)), commandLine, initrd.length, memoryBytes)
  const sector = Buffer.from(await bootSector(signal))
  sector.writeUInt32LE(entry, sectorEntry)
  sector.writeUInt32LE(paramsAt, sectorParams)
  const parts: Buffer[] = [sector]
  let lba = 1
  const loads: [number, Buffer][] = [
    [paramsAt, params],
    [at, bytes],
    [initrdAt, initrd],
  ]
  loads.forEach(([to, data], index) => {
    const sectors = Math.ceil(data.length / sectorBytes)
    for (const [word, value] of [to, lba, sectors].entries())
      sector.writeUInt32LE(value, sectorTable + index * 12 + word * 4)
    parts.push(data, Buffer.alloc(sectors * sectorBytes - data.length))
    lba += sectors
  })
  parts.push(Buffer.alloc((cylinderSectors - (lba % cylinderSectors)) * sectorBytes))
  await writeFile(path, parts)
}

async function bootSector(signal: AbortSignal): Promise<Buffer> {
  const directory = await cached('boot-sector', 'intel', await contentsOf([source]), async (draft) => {
    const [object, binary] = [join(draft, 'boot.o'), join(draft, 'boot.bin')]
    await execa('as', ['--64', '-o', object, source], { cancelSignal: signal })
    const layout = ['-m', 'elf_x86_64', '-Ttext=0x7c00', '--oformat=binary']
    await execa('ld', [...layout, '-o', binary, object], { cancelSignal: signal })
  })
  return readFile(join(directory, 'boot.bin'))
}

/** The kernel as it lies in memory from `at` to `end`, without the zeros at its end, which it clears itself. */
function loadedImage(elf: Buffer): { entry: number; at: number; bytes: Buffer; end: number } {
  const [first, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)]
  const loads = Array.from({ length: count }, (_, index) => first + index * size)
    .filter((header) => elf.readUInt32LE(header) === 1)
    .map((header) => {
      const [offset, , to, bytes, memory] = [8, 16, 24, 32, 40].map((field) =>
        Number(elf.readBigUInt64LE(header + field)),
      ) as [number, number, number, number, number]
      return { offset, to, bytes, end: to + memory }
    })
  const at = Math.min(...loads.map(({ to }) => to))
  const end = Math.max(...loads.map((load) => load.end))
  const flat = Buffer.alloc(end - at)
  for (const { offset, to, bytes } of loads) elf.copy(flat, to - at, offset, offset + bytes)
  let used = flat.length
  while (flat[used - 1] === 0) used--
  return { entry: Number(elf.readBigUInt64LE(24)), at, bytes: flat.subarray(0, used), end }
}

/** The boot_params and the command line after them: Documentation/arch/x86/boot.rst and zero-page.rst. */
function bootParams(image: Buffer, commandLine: string, initrdBytes: number, memoryBytes: number): Buffer {
  const params = Buffer.alloc(0x2000)
  image.copy(params, 0x1f1, 0x1f1, 0x202 + image[0x201]!)
  params[0x210] = 0xff // type_of_loader: undefined
  params.writeUInt32LE(initrdAt, 0x218)
  params.writeUInt32LE(initrdBytes, 0x21c)
  params.writeUInt32LE(commandLineAt, 0x228)
  params.write(`${commandLine}\0`, commandLineAt - paramsAt, 'latin1')
  // As Bochs' BIOS reports it. The last 64 KiB have ACPI's tables.
  const [ram, reserved, acpi] = [1, 2, 3]
  const regions: [number, number, number][] = [
    [0, 0x9f000, ram],
    [0x9f000, 0x1000, reserved],
    [0xe8000, 0x18000, reserved],
    [0x100000, memoryBytes - 0x110000, ram],
    [memoryBytes - 0x10000, 0x10000, acpi],
    [0xfffc0000, 0x40000, reserved],
  ]
  params[0x1e8] = regions.length
  regions.forEach(([from, size, type], index) => {
    params.writeBigUInt64LE(BigInt(from), 0x2d0 + index * 20)
    params.writeBigUInt64LE(BigInt(size), 0x2d8 + index * 20)
    params.writeUInt32LE(type, 0x2e0 + index * 20)
  })
  return params
}
