// The devices of the host that a QEMU command line passes through by VFIO.
import type { Arguments } from './arguments.ts'

/** The command line does not say what the device is: only the host's sysfs knows its class. */
export interface VfioDevice {
  /** QEMU's device id or, without one, the address. */
  readonly device: string
  /** `0000:01:00.0`, or the path of a mediated device in sysfs. */
  readonly address: string
}

export function vfioDevicesOf(given: Arguments): VfioDevice[] {
  return given.all('device').flatMap((device) => {
    given.budget.spend(1)
    if (!/^vfio-(pci|ap|ccw|platform|amd-xgbe|calxeda-xgmac)/.test(device.get('driver') ?? '')) return []
    const host = device.get('host')
    const address = host === undefined ? device.get('sysfsdev') : withDomain(host)
    return address === undefined ? [] : [{ device: device.get('id') ?? address, address }]
  })
}

/** QEMU takes `01:00.0` for `0000:01:00.0`. */
const withDomain = (host: string): string =>
  /^[\da-f]{2}:[\da-f]{2}\.[0-7]$/i.test(host) ? `0000:${host}` : host
