// The format and the cache mode of a disk, from the block nodes below it: -blockdev, or -drive with an id.
import type { Arguments } from './arguments.ts'
import { type Option, parseBoolean } from './option.ts'

/** Drivers that only pass requests on to the node in `file` or, for those that check or record requests, `image`. */
const filters = new Set(
  'throttle copy-on-read copy-before-write preallocate compress blkdebug blklogwrites blkreplay blkverify'.split(
    ' ',
  ),
)
/** Drivers that read and write a format of an image. All others only fetch bytes, and the format is then raw. */
const formats = new Set(
  'bochs cloop dmg luks parallels qcow qcow2 qed quorum raw replication snapshot-access vdi vhdx vmdk vpc vvfat'.split(
    ' ',
  ),
)
/** More filters on one another than anybody needs; a cycle of names ends here too. */
const maxFilters = 16

export class BlockNodes {
  readonly #nodes = new Map<string, Option>()
  readonly #given: Arguments
  readonly #blockdevs: ReadonlySet<Option>

  constructor(given: Arguments) {
    this.#given = given
    this.#blockdevs = new Set(given.all('blockdev'))
    for (const node of this.#blockdevs) this.#add(node.get('node-name'), node)
    for (const drive of given.all('drive')) this.#add(drive.get('id'), drive)
  }

  /** The node that a device names in `drive`. */
  of(device: Option): Option | undefined {
    return this.#nodes.get(device.get('drive') ?? '')
  }

  /** The format below all filters; undefined if it is not stated. */
  format(node: Option): string | undefined {
    if (this.#isTemporary(node)) return 'qcow2'
    const below = this.#withFilters(node).at(-1)!
    // A -drive names its format in `format` or `driver`, a -blockdev in `driver`.
    const driver = below.get('format') ?? below.get('driver')
    if (driver === undefined || formats.has(driver)) return driver
    return filters.has(driver) ? undefined : 'raw'
  }

  /** The cache mode, of the first node that states it: a filter has none of its own. */
  cache(node: Option | undefined, device: Option | undefined): string | undefined {
    if (node !== undefined && this.#isTemporary(node)) return 'unsafe'
    const nodes = node === undefined ? [] : this.#withFilters(node)
    return cacheMode(
      nodes.map(switchesOf).find((each) => each !== undefined),
      device,
    )
  }

  /** How the bytes are read and written: `threads`, `native` or `io_uring`; undefined if it is not stated. */
  aio(node: Option): string | undefined {
    let at: Option | undefined = node
    for (let depth = 0; at !== undefined && depth <= maxFilters; depth++) {
      this.#given.budget.spend(1)
      const mode = at.get('aio')
      if (mode !== undefined) return mode
      const child: Option | string | undefined = at.below('file') ?? at.below('image')
      at = typeof child === 'string' ? this.#nodes.get(child) : child
    }
    return undefined
  }

  /**
   * With -snapshot or `snapshot=on`, QEMU writes to a temporary file of its own instead of the image (block.c,
   * bdrv_append_temp_snapshot).
   */
  #isTemporary(drive: Option): boolean {
    return !this.#blockdevs.has(drive) && (parseBoolean(drive.get('snapshot')) ?? this.#given.has('snapshot'))
  }

  #add(name: string | undefined, node: Option): void {
    this.#given.budget.spend(1)
    if (name !== undefined) this.#nodes.set(name, node)
  }

  /** `node` and, as long as it is a filter, the nodes below it. */
  #withFilters(node: Option): Option[] {
    const all = [node]
    while (all.length <= maxFilters) {
      this.#given.budget.spend(1)
      const last = all.at(-1)!
      if (!filters.has(last.get('driver') ?? last.get('format') ?? '')) break
      const child = last.below('file') ?? last.below('image')
      const next = typeof child === 'string' ? this.#nodes.get(child) : child
      if (next === undefined) break
      all.push(next)
    }
    return all
  }
}

/** The three switches behind a cache mode; `writeback` is undefined if only the device can tell. */
interface Switches {
  readonly direct: boolean
  readonly noFlush: boolean
  readonly writeback: boolean | undefined
}

/** The modes of -drive (block.c, bdrv_parse_cache_mode). */
const modes: Readonly<Record<string, Switches>> = {
  none: { direct: true, noFlush: false, writeback: true },
  off: { direct: true, noFlush: false, writeback: true },
  directsync: { direct: true, noFlush: false, writeback: false },
  writeback: { direct: false, noFlush: false, writeback: true },
  unsafe: { direct: false, noFlush: true, writeback: true },
  writethrough: { direct: false, noFlush: false, writeback: false },
}

/** undefined if the node states none of them. */
function switchesOf(node: Option): Switches | undefined {
  const name = node.get('cache')
  const mode = name !== undefined && Object.hasOwn(modes, name) ? modes[name] : undefined
  const direct = parseBoolean(node.get('cache.direct'))
  const noFlush = parseBoolean(node.get('cache.no-flush'))
  const writeback = parseBoolean(node.get('cache.writeback'))
  if (mode === undefined && direct === undefined && noFlush === undefined && writeback === undefined)
    return undefined
  return {
    direct: direct ?? mode?.direct ?? false,
    noFlush: noFlush ?? mode?.noFlush ?? false,
    writeback: writeback ?? mode?.writeback,
  }
}

/** One of the five modes of QEMU's manual; undefined if neither the nodes nor the device state anything. */
function cacheMode(switches: Switches | undefined, device: Option | undefined): string | undefined {
  const ofDevice = parseBoolean(device?.get('write-cache'))
  if (switches === undefined && ofDevice === undefined) return undefined
  if (switches?.noFlush === true) return 'unsafe'
  const writeback = ofDevice ?? switches?.writeback ?? true
  if (switches?.direct === true) return writeback ? 'none' : 'directsync'
  return writeback ? 'writeback' : 'writethrough'
}
