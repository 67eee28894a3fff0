// A running VM as every part of the program knows it: who it is, its threads, its devices.

export interface Vcpu {
  /** The guest's CPU number. */
  readonly id: number
  /** Thread id on the host. */
  readonly tid: number
}

/** CD-ROM and floppy drives are no disks here. */
export interface Disk {
  /** Name in the guest's definition: libvirt's target (`vda`), else QEMU's device id. */
  readonly device: string
  /** `virtio`, `ide`, `sata`, `scsi`, `usb`, `nvme`, … */
  readonly bus: string
  /** `none`, `writeback`, `writethrough`, `directsync`, `unsafe`; undefined where the VMM's default holds. */
  readonly cache: string | undefined
  /** `raw`, `qcow2`, …; undefined where not stated. */
  readonly format: string | undefined
}

export interface Nic {
  /** libvirt's target device (`vnet0`), else QEMU's device id. */
  readonly device: string
  /** `virtio`, `e1000`, `e1000e`, `rtl8139`, `vfio-pci`, … */
  readonly model: string
  /** Whether the data path runs in the host kernel (vhost-net); undefined where it cannot be told. */
  readonly vhost: boolean | undefined
}

export interface Vm {
  /**
   * The `vm` label, unique on this host: libvirt's or QEMU's `guest=` name, `pid-<pid>` where there is
   * none; `<name>@<pid>` where another VM, of which more is known, has that name, or none of them stands out. May hold any character; escape it where it is shown.
   */
  readonly label: string
  readonly pid: number
  /** Start of the process in nanoseconds since boot: with `pid`, the identity. Resolution 10 ms or better. */
  readonly startNs: number
  readonly uuid: string | undefined
  /** Machine type, such as `pc-q35-7.2`. */
  readonly machine: string | undefined
  /** Where name and devices came from. */
  readonly identitySource: 'libvirt' | 'cmdline' | 'none'
  /** vCPU threads by rising id; empty where they cannot be told. */
  readonly vcpus: readonly Vcpu[]
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  /** Memory the guest was given at most, bytes. */
  readonly memoryMaxBytes: number | undefined
  /** Memory the balloon leaves to the guest now, bytes. */
  readonly balloonBytes: number | undefined
}
