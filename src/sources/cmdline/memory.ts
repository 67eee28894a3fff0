// The memory of a QEMU command line: -m or the board's default, and the memory devices.
import type { Arguments } from './arguments.ts'
import type { Board } from './board.ts'
import type { Option } from './option.ts'

/** Devices whose memory adds to that of -m, as `<memory>` of libvirt counts them. */
const memoryDevice = /^(pc-dimm|nvdimm|virtio-mem(-.*)?|virtio-pmem(-.*)?)$/

/** All memory that the guest can have, bytes; undefined if a part of it is not known. */
export function memoryOf(given: Arguments, board: Board): number | undefined {
  const backends = new Map<string | undefined, Option>()
  for (const object of given.all('object')) backends.set(object.get('id'), object)
  const sizeOf = (id: string | undefined) =>
    id === undefined ? undefined : parseSize(backends.get(id)?.get('size'))

  const stated = given.merged('m', 'size') ?? given.merged('machine', 'memory.size')
  const backend = given.merged('machine', 'memory-backend')
  let total =
    stated === undefined || stated === ''
      ? (sizeOf(backend) ?? board.memoryBytes)
      : parseSize(given.has('m') && /\d$/.test(stated) ? `${stated}M` : stated)
  if (total === 0) total = board.memoryBytes
  if (total !== undefined) total = Math.ceil(total / granularity) * granularity
  for (const device of given.all('device')) {
    if (!memoryDevice.test(device.get('driver') ?? '')) continue
    const size = sizeOf(device.get('memdev'))
    if (size === undefined || total === undefined) return undefined
    total += size
  }
  return total
}

/** QEMU rounds the memory of -m up to a multiple of this (vl.c, set_memory_options). */
const granularity = 8192

const shifts: Readonly<Record<string, number>> = { b: 0, k: 10, m: 20, g: 30, t: 40, p: 50, e: 60 }

/**
 * `512`, `4G`, `1.5G` or `0x80` in bytes (cutils.c, do_strtosz). -m takes a size that ends in a digit for mebibytes, also
 * `0x80`, but not `0x1f`. undefined if the text is no size or 2^63 bytes or more.
 */
function parseSize(text: string | undefined): number | undefined {
  const [, digits, hex, unit = 'b'] =
    /^\s*\+?(?:(\d+(?:\.\d*)?)|(0x[\da-f]+))([bkmgtpe])?$/i.exec(text?.slice(0, 64) ?? '') ?? []
  const number = digits ?? hex
  if (number === undefined) return undefined
  const bytes = Math.floor(Number(number) * 2 ** shifts[unit.toLowerCase()]!)
  return bytes < 2 ** 63 ? bytes : undefined
}
