// The fixed addresses of a PC, compared with the address maps of QEMU's own boards.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixedDevice } from '../../../../src/sources/addresses/fixed.ts'
import { pageAddress, portAddress } from '../../../../src/sources/kvminfo/row.ts'

/** Our name for each region of QEMU, by QEMU's name; undefined for those that are not a device or not at a fixed place. */
const names: Readonly<Record<string, string | undefined>> = {
  'dma-chan': 'dma',
  'dma-cont': 'dma',
  'dma-page': 'dma',
  pic: 'pic',
  elcr: 'pic',
  pit: 'pit',
  'i8042-data': 'keyboard',
  'i8042-cmd': 'keyboard',
  pcspk: 'pc-speaker',
  rtc: 'rtc',
  'rtc-index': 'rtc',
  kvmvapic: 'kvmvapic',
  ioport80: 'post-code',
  port92: 'port92',
  'apm-io': 'apm',
  'isa-debugcon': 'debug-console',
  ioportF0: 'fpu',
  fdc: 'floppy',
  vbe: 'vga',
  vga: 'vga',
  'isa-debug-exit': 'debug-exit',
  pvpanic: 'pvpanic',
  fwcfg: 'fw_cfg',
  'fwcfg.dma': 'fw_cfg',
  'piix4-pm': 'acpi-pm',
  'ich9-pm': 'acpi-pm',
  'acpi-evt': 'acpi-pm',
  'acpi-cnt': 'acpi-pm',
  'acpi-tmr': 'acpi-pm',
  'acpi-smi': 'acpi-pm',
  'sm-tco': 'acpi-pm',
  'pm-smbus': 'smbus',
  'acpi-mem-hotplug': 'acpi-hotplug',
  'nvdimm-acpi-io': 'acpi-hotplug',
  'acpi-pci-hotplug': 'acpi-hotplug',
  'acpi-cpu-hotplug': 'acpi-hotplug',
  'pci-conf-idx': 'pci-config',
  'pci-conf-data': 'pci-config',
  'piix3-reset-control': 'reset',
  'lpc-reset-control': 'reset',
  vmport: 'vmport',
  'vga-lowmem': 'vga',
  'pc.rom': 'firmware',
  'pc.bios': 'firmware',
  ioapic: 'ioapic',
  hpet: 'hpet',
  'lpc-rcrb-mmio': 'lpc',
  'apic-msi': 'lapic',
}

/** Regions of QEMU whose name says nothing about the place: several of them exist. */
const several: Readonly<Record<string, string>> = {
  '1f0': 'ide-primary',
  '3f6': 'ide-primary',
  '170': 'ide-secondary',
  '376': 'ide-secondary',
  '3f8': 'serial0',
  '2f8': 'serial1',
  '3e8': 'serial2',
  '2e8': 'serial3',
  '378': 'parallel0',
  '278': 'parallel1',
  '3bc': 'parallel2',
  // On q35 the general-purpose events are within the PM registers, on pc they are not.
  afe0: 'acpi-hotplug',
  '620': 'acpi-pm',
}

const unplaced =
  /^(io|system|pci|e1000|ahci|piix-bmdma|bmdma|device-memory|vga\.(vram|mmio)|edid|bochs|qemu ext|vga ioports|pcie-mmcfg|nvdimm)/

interface Region {
  readonly isPort: boolean
  readonly first: number
  readonly last: number
  readonly name: string
}

function regionsOf(board: 'pc' | 'q35'): Region[] {
  const path = new URL(`../../../fixtures/qemu-7.2-addresses/${board}.txt`, import.meta.url)
  const regions: Region[] = []
  let isPort = false
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.startsWith('address-space:')) isPort = line.includes('I/O')
    const [, first, last, name] = /^ +([0-9a-f]{16})-([0-9a-f]{16}) \(prio .*?\): (.*)$/.exec(line) ?? []
    if (name === undefined || (unplaced.test(name) && names[name] === undefined)) continue
    regions.push({ isPort, first: Number.parseInt(first!, 16), last: Number.parseInt(last!, 16), name })
  }
  return regions
}

describe.each(['pc', 'q35'] as const)('every address of the board %s', (board) => {
  const regions = regionsOf(board)

  it('is recorded', () => {
    expect(regions.length).toBeGreaterThan(40)
  })

  it.each(regions)('$name at $first', ({ isPort, first, last, name }) => {
    const expected = names[name] ?? several[first.toString(16)]
    expect(expected, `${name} is not in this test's list`).toBeDefined()
    const at = (address: number) => (isPort ? portAddress(address) : pageAddress(Math.floor(address / 4096)))
    // Where two overlap: VGA begins within the third parallel port, and the reset port is within the configuration index.
    const end = expected === 'parallel2' ? 0x3bf : name === 'pci-conf-idx' ? 0xcf8 : last
    const step = isPort ? 1 : 4096
    for (let address = first; address <= end; address += step) expect(fixedDevice(at(address))).toBe(expected)
  })
})

it.each([
  ['a port after the RTC', portAddress(0x72), undefined],
  ['the port that PCI devices usually begin at', portAddress(0xc000), undefined],
  ['the debug console of SeaBIOS and OVMF', portAddress(0x402), 'debug-console'],
  ['the last page of the TPM', pageAddress(0xfed44), 'tpm'],
  ['the page after it', pageAddress(0xfed45), undefined],
  ['a page with the number of a port', pageAddress(0x3f8), undefined],
  ['the last page below 4 GiB', pageAddress(0xfffff), 'firmware'],
  ['the first page above', pageAddress(0x100000), undefined],
])('names %s', (_, address, name) => {
  expect(fixedDevice(address)).toBe(name)
})
