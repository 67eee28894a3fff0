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
  readonly memoryBytes: number | undefined
}

const mebibyte = 1024 ** 2
const plain: Board = {
  driveInterface: 'ide',
  nicModel: 'e1000',
  isQ35: false,
  memoryBytes: 128 * mebibyte,
}
const virtio: Board = { ...plain, driveInterface: 'virtio', nicModel: 'virtio' }

/** Since version 2.12 q35 has e1000e. Ubuntu and RHEL name their versions of q35 otherwise. */
const oldQ35 = /^pc-q35-(1\.\d|2\.(\d|1[01])|rhel7\.[0-5](\.\d)*|xenial|yakkety|zesty|artful|bionic)(?![\w.])/

export function boardOf(given: Arguments): Board {
  const type = given.merged('machine', 'type')
  const architecture = architectureOf(given.program)
  if (type !== undefined) {
    if (/q35/.test(type)) return { ...plain, isQ35: true, nicModel: oldQ35.test(type) ? 'e1000' : 'e1000e' }
    if (/^isapc/.test(type)) return { ...plain, nicModel: 'ne2k_isa' }
    if (/^(microvm|nitro-enclave|x-remote)/.test(type))
      return { ...plain, driveInterface: undefined, nicModel: 'none' }
    if (/^s390-ccw/.test(type)) return virtio
    if (/^pseries/.test(type)) {
      return { ...plain, driveInterface: 'scsi', nicModel: 'spapr-vlan', memoryBytes: 512 * mebibyte }
    }
    if (/^virt(-|$)/.test(type)) {
      if (architecture.startsWith('riscv')) return { ...virtio, nicModel: 'none' }
      return architecture.startsWith('loongarch') ? { ...virtio, memoryBytes: 1024 * mebibyte } : virtio
    }
    if (/^pc(-|\+|$)|^ubuntu$/.test(type)) return plain
  } else {
    if (architecture === 's390x') return virtio
    if (architecture.startsWith('ppc64')) {
      return { ...plain, driveInterface: 'scsi', nicModel: 'spapr-vlan', memoryBytes: 512 * mebibyte }
    }
  }
  if (/^(x86_64|i386)$/.test(architecture)) return plain
  return { driveInterface: 'ide', nicModel: 'unknown', isQ35: false, memoryBytes: undefined }
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
