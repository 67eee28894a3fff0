// A PCI device as QEMU's `query-pci` describes it, with the addresses that the guest gave it.

export interface PciDevice {
  /** QEMU's device id; '' if it has none. */
  readonly id: string
  /** Bus, slot and function: `00:1f.2`. */
  readonly place: string
  /** PCI class and subclass: 0x0200 is Ethernet. */
  readonly classCode: number
  /** QEMU's words for the class: `Ethernet controller`; undefined if it has none. */
  readonly className: string | undefined
  readonly vendor: number
  readonly device: number
  readonly regions: readonly PciRegion[]
}

/** A BAR that has an address now. */
export interface PciRegion {
  readonly kind: 'port' | 'memory'
  /** The first port, or the first guest physical address. */
  readonly address: number
  /** Ports or bytes. */
  readonly size: number
}
