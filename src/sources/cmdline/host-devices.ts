// The devices of the host that a QEMU command line passes through: by VFIO, or as USB devices.
import type { HostDevice } from '../../model/vm.ts'
import { addressOfPath, usbAddress } from '../host-device.ts'
import type { Arguments } from './arguments.ts'
import type { Option } from './option.ts'

/** The command line does not say what a device is: only the host's sysfs knows its class. */
export function hostDevicesOf(given: Arguments): HostDevice[] {
  return given.all('device').flatMap((device) => {
    given.budget.spend(1)
    const driver = device.get('driver') ?? ''
    if (driver === 'usb-host') return [usbDevice(device)]
    return /^vfio-(pci|ap|ccw|platform|amd-xgbe|calxeda-xgmac)/.test(driver)
      ? [vfioDevice(device, driver)]
      : []
  })
}

function vfioDevice(device: Option, driver: string): HostDevice {
  const isPci = driver.startsWith('vfio-pci')
  const host = device.get('host')
  const { type, address } =
    host !== undefined
      ? ({ type: isPci ? 'pci' : 'platform', address: isPci ? withDomain(host) : host } as const)
      : addressOfPath(device.get('sysfsdev') ?? '', isPci)
  // The variant without hotplug is the same device.
  return { device: device.get('id') ?? address, type, driver: isPci ? 'vfio-pci' : driver, address }
}

/** QEMU takes `01:00.0` for `0000:01:00.0`. */
const withDomain = (host: string): string =>
  /^[\da-f]{1,2}:/i.test(host) && host.split(':').length === 2 ? `0000:${host}` : host

function usbDevice(device: Option): HostDevice {
  const address = usbAddress({
    path: device.get('hostdevice'),
    bus: device.get('hostbus'),
    device: device.get('hostaddr'),
    port: device.get('hostport'),
    vendor: device.get('vendorid'),
    product: device.get('productid'),
  })
  return { device: device.get('id') ?? address, type: 'usb', driver: 'usb-host', address }
}
