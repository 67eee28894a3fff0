// A running VM: its identity, threads, devices and memory. Every part of the program uses this type.

export interface Vcpu {
  /** The guest's CPU number. */
  readonly id: number
  /** Thread id on the host. */
  readonly tid: number
}

/** CD-ROM and floppy drives do not count as disks. */
export interface Disk {
  /** QEMU's device id, which libvirt calls alias: `virtio-disk0`. Every source of a VM's devices has it. */
  readonly device: string
  /** libvirt's name: `vda`. Only a status file has it. */
  readonly target?: string | undefined
  /** `virtio`, `ide`, `sata`, `scsi`, `usb`, `nvme`, … */
  readonly bus: string
  /** The channel of an IDE controller: 0 primary, 1 secondary; undefined if not known, and on every other bus. */
  readonly channel?: number | undefined
  /** Whether QEMU emulates its controller, if that differs from what `isEmulatedBus` says about the bus: SCSI. */
  readonly emulated?: boolean | undefined
  /** `none`, `writeback`, `writethrough`, `directsync`, `unsafe`; undefined if the VMM's default applies. */
  readonly cache: string | undefined
  /** `raw`, `qcow2`, …; undefined if not stated. */
  readonly format: string | undefined
}

export interface Nic {
  /** QEMU's device id, which libvirt calls alias: `net0`. Every source of a VM's devices has it. */
  readonly device: string
  /** The host's interface: `vnet0`. Only a status file of libvirt has it. */
  readonly target?: string | undefined
  /** `virtio`, `e1000`, `e1000e`, `rtl8139`, `vfio-pci`, … */
  readonly model: string
  /** Whether the data path runs in the host kernel (vhost-net); undefined if unknown. */
  readonly vhost: boolean | undefined
}

/** A device of the host that the guest uses itself, by VFIO or as a USB device. */
export interface HostDevice {
  /** QEMU's device id: `hostdev0`. */
  readonly device: string
  /** As libvirt calls it. A part of a device that the host shares out is `mdev` (vGPU, and all of s390's crypto cards). */
  readonly type: 'pci' | 'mdev' | 'platform' | 'usb'
  /** QEMU's driver: `vfio-pci`, `vfio-ap`, `vfio-ccw`, `usb-host`, … */
  readonly driver: string
  /**
   * On the host. PCI: `0000:01:00.0`; mdev: its UUID; USB: bus and device as in /dev/bus/usb, `001/004`, or the port `1-2.3`,
   * or vendor and product `0951:1666`; '' if not stated.
   */
  readonly address: string
}

/**
 * `hung`: KVM runs the VM, and QEMU has stopped answering. `suspended`: the guest sleeps (S3). `migrating`: from here or to here, whether it runs or is
 * paused meanwhile.
 */
export type VmState = 'running' | 'paused' | 'migrating' | 'shutdown' | 'crashed' | 'suspended' | 'hung'

/** Whom a VM belongs to in the system that manages it. Empty strings where the system has no such thing. */
export interface Owner {
  readonly manager: 'nova' | 'kubevirt' | 'proxmox'
  /** Nova's display name, KubeVirt's name, Proxmox's VMID. */
  readonly name: string
  /** Nova's project, KubeVirt's namespace. */
  readonly group: string
  /** Nova's flavor. */
  readonly flavor: string
}

export interface Vm {
  /**
   * The `vm` label, unique on this host: the name from libvirt or from QEMU's `guest=`, or `pid-<pid>` if there is no
   * name. If VMs share a name, the one with the strongest evidence keeps it, among equals the one that started first; the
   * others are `<name>@<key>` with their UUID or Proxmox VMID, or else their pid (sources/README.md). May contain any
   * printable character: escape it wherever it is shown.
   */
  readonly label: string
  readonly pid: number
  /** Start of the process, nanoseconds since boot (10 ms resolution or better). With `pid` it identifies the process. */
  readonly startNs: number
  readonly uuid: string | undefined
  /** Machine type, for example `pc-q35-7.2`. */
  readonly machine: string | undefined
  /** undefined if no source says it. */
  readonly state: VmState | undefined
  readonly owner: Owner | undefined
  /** As libosinfo names it, such as `http://microsoft.com/win/11`. Only a status file of libvirt has it. */
  readonly guestOs?: string
  /** The source of name and devices. */
  readonly identitySource: 'libvirt' | 'cmdline' | 'none'
  /** vCPU threads in ascending order of id; empty if unknown. */
  readonly vcpus: readonly Vcpu[]
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  readonly hostDevices: readonly HostDevice[]
  /** The most memory that the guest can have, bytes. */
  readonly memoryMaxBytes: number | undefined
  /** The memory that the balloon currently leaves to the guest, bytes. */
  readonly balloonBytes: number | undefined
}
