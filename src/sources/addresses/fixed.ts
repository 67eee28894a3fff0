// Which device of a PC answers at a fixed port or memory page. Ranges from QEMU's boards pc (i440fx) and q35, read from
// `info mtree` of QEMU 7.2 (test/fixtures/qemu-7.2-addresses, which a test compares) and, where that says so, from its
// sources. The legacy PC ports are the same in every VMM.
import { pageAddress, portAddress } from '../kvminfo/row.ts'

/** `name first-last`, in hexadecimal. Where two ranges overlap, the later one counts. */
const portRanges = `
  dma 0-f, dma 80-8f, dma c0-df
  pic 20-21, pic a0-a1, pic 4d0-4d1
  pit 40-43
  keyboard 60-60, keyboard 64-64
  pc-speaker 61-61
  rtc 70-71
  kvmvapic 7e-7f
  post-code 80-80
  port92 92-92
  apm b2-b3
  debug-console e9-e9, debug-console 402-402
  fpu f0-f0
  ide-secondary 170-177, ide-secondary 376-376
  ide-primary 1f0-1f7, ide-primary 3f6-3f6
  floppy 3f0-3f5, floppy 3f7-3f7
  serial0 3f8-3ff, serial1 2f8-2ff, serial2 3e8-3ef, serial3 2e8-2ef
  parallel0 378-37f, parallel1 278-27f, parallel2 3bc-3bf
  vga 1ce-1d1, vga 3b4-3b5, vga 3ba-3ba, vga 3c0-3cf, vga 3d4-3d5, vga 3da-3da
  debug-exit 501-502
  pvpanic 505-505
  fw_cfg 510-511, fw_cfg 514-51b
  acpi-pm 600-67f
  smbus 700-73f
  acpi-hotplug a00-a1b, acpi-hotplug cc0-cf7, acpi-hotplug ae00-ae17, acpi-hotplug af00-af1f, acpi-hotplug afe0-afe3
  pci-config cf8-cff
  reset cf9-cf9
  vmport 5658-5658
`

// 402: SeaBIOS and OVMF write their log there; b000: OVMF puts the PM registers of i440fx there (PIIX4_PMBA_VALUE).
const ofOvmf = 'acpi-pm b000-b03f'

/** Page frames: addresses / 4096. tpm: include/hw/acpi/tpm.h of QEMU. */
const pageRanges = `
  vga a0-bf
  firmware c0-ff
  ioapic fec00-fec00
  hpet fed00-fed00
  lpc fed1c-fed1f
  tpm fed40-fed44
  lapic fee00-feeff
  firmware ff000-fffff
`

interface Range {
  readonly name: string
  readonly first: number
  readonly last: number
}

const rangesIn = (text: string): Range[] =>
  [...text.matchAll(/([\w-]+) ([0-9a-f]+)-([0-9a-f]+)/g)].map(([, name, first, last]) => ({
    name: name!,
    first: Number.parseInt(first!, 16),
    last: Number.parseInt(last!, 16),
  }))

const pages = rangesIn(pageRanges)

const byPort = new Map<number, string>()
for (const { name, first, last } of rangesIn(portRanges + ofOvmf))
  for (let port = first; port <= last; port++) byPort.set(portAddress(port), name)

/** undefined if no device has this address on every PC. */
export function fixedDevice(address: number): string | undefined {
  const port = byPort.get(address)
  if (port !== undefined) return port
  return pages.find(({ first, last }) => address >= pageAddress(first) && address <= pageAddress(last))?.name
}

/** The two channels of a legacy IDE controller, which `fixedDevice` names. */
export const ideChannels = ['ide-primary', 'ide-secondary'] as const

/**
 * Where the PCI configuration of q35 begins in memory with SeaBIOS (256 MiB, MCH_HOST_BRIDGE_PCIEXBAR_DEFAULT of QEMU). On
 * other boards BARs may be there.
 */
export const isQ35Configuration = (address: number): boolean =>
  address >= pageAddress(0xb0000) && address <= pageAddress(0xbffff)
