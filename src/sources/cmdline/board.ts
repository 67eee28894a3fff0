// What a board connects by itself: the interface of a -drive without `if`, the model of a NIC without `model`, and the
// memory without -m. Sources: QEMU 7.2, hw/*/, `block_default_type`, `default_ram_size` and the creation of NICs; the
// x86 boards were compared with `info network` and `info memory_size_summary` of 7.2.
import type { Arguments } from './arguments.ts'

export interface Board {
  /** undefined: a -drive without `if` is connected to nothing. */
  readonly driveInterface: string | undefined
  /** `none`: the board creates no NIC. `unknown`: nothing is known about the board. */
  readonly nicModel: string
  /** What connects a disk that names no bus: on q35 `ide` is an AHCI controller. */
  readonly isQ35: boolean
  /** IDE buses that the board has: `ide.0` and so on. */
  readonly ideBuses: number
  readonly memoryBytes: number | undefined
}

const mebibyte = 1024 ** 2
const plain: Board = {
  driveInterface: 'ide',
  nicModel: 'e1000',
  isQ35: false,
  ideBuses: 2,
  memoryBytes: 128 * mebibyte,
}
const virtio: Board = { ...plain, ideBuses: 0, driveInterface: 'virtio', nicModel: 'virtio' }
/** Without -m, QEMU 7.2 gives it 1 GiB and 10.0 gives it 128 MiB. */
const loongarch: Board = { ...virtio, memoryBytes: undefined }
const pseries: Board = {
  ...plain,
  ideBuses: 0,
  driveInterface: 'scsi',
  nicModel: 'spapr-vlan',
  memoryBytes: 512 * mebibyte,
}

/** Since version 2.12 q35 has e1000e. Ubuntu and RHEL name their versions of q35 otherwise. */
const oldQ35 = /^pc-q35-(1\.\d|2\.(\d|1[01])|rhel7\.[0-5](\.\d)*|xenial|yakkety|zesty|artful|bionic)(?![\w.])/

export function boardOf(given: Arguments): Board {
  const type = given.merged('machine', 'type')
  const architecture = architectureOf(given.program)
  if (type !== undefined) {
    if (/q35/.test(type))
      return { ...plain, isQ35: true, ideBuses: 6, nicModel: oldQ35.test(type) ? 'e1000' : 'e1000e' }
    if (/^isapc/.test(type)) return { ...plain, nicModel: 'ne2k_isa' }
    if (/^(microvm|nitro-enclave|x-remote)/.test(type))
      return { ...plain, ideBuses: 0, driveInterface: undefined, nicModel: 'none' }
    if (/^s390-ccw/.test(type)) return virtio
    if (/^pseries/.test(type)) return pseries
    if (/^virt(-|$)/.test(type)) {
      if (architecture.startsWith('riscv')) return { ...virtio, nicModel: 'none' }
      return architecture.startsWith('loongarch') ? loongarch : virtio
    }
    if (/^pc(-|\+|$)|^ubuntu$/.test(type)) return plain
  } else {
    if (architecture === 's390x') return virtio
    if (architecture.startsWith('loongarch')) return loongarch
    if (architecture.startsWith('ppc64')) return pseries
  }
  if (/^(x86_64|i386)$/.test(architecture)) return plain
  return { driveInterface: 'ide', nicModel: 'unknown', isQ35: false, ideBuses: 0, memoryBytes: undefined }
}

const ofNode: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  ia32: 'i386',
  arm64: 'aarch64',
  riscv64: 'riscv64',
  loong64: 'loongarch64',
  s390x: 's390x',
  ppc64: 'ppc64',
}

/** A build whose name has no architecture is for the host's, which is that of this program too. */
function architectureOf(program: string): string {
  const [, named] = /qemu-system-([a-z0-9_]+)/.exec(program) ?? []
  return named ?? ofNode[process.arch] ?? 'unknown'
}
