// How a device of the host is addressed, the same whichever source names it.
import type { HostDevice } from '../model/vm.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const pci = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i

/** From a path in sysfs, such as /sys/bus/mdev/devices/<uuid>. */
export function addressOfPath(path: string, isPci: boolean): Pick<HostDevice, 'type' | 'address'> {
  const address = path.replace(/\/+$/, '').split('/').at(-1)!
  if (uuid.test(address) || path.includes('mdev')) return { type: 'mdev', address }
  return { type: isPci || pci.test(address) ? 'pci' : 'platform', address }
}

interface UsbNames {
  readonly path?: string | undefined
  readonly bus?: string | undefined
  readonly device?: string | undefined
  readonly port?: string | undefined
  readonly vendor?: string | undefined
  readonly product?: string | undefined
}

/** Numbers may be decimal or, with 0x, hexadecimal. */
export function usbAddress({ path, bus, device, port, vendor, product }: UsbNames): string {
  const named = /(\d+)\/(\d+)$/.exec(path ?? '')
  if (named !== null) return `${named[1]}/${named[2]}`
  const busNumber = numberOf(bus)
  const deviceNumber = numberOf(device)
  if (busNumber && deviceNumber) return `${padded(busNumber, 10)}/${padded(deviceNumber, 10)}`
  if (busNumber && port !== undefined) return `${busNumber}-${port}`
  const [vendorId, productId] = [numberOf(vendor), numberOf(product)]
  return vendorId && productId ? `${padded(vendorId, 16)}:${padded(productId, 16)}` : ''
}

const padded = (value: number, base: 10 | 16): string =>
  value.toString(base).padStart(base === 10 ? 3 : 4, '0')

/** undefined if it is no number. 0 means that any is meant. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^(\d{1,6}|0x[\da-f]{1,6})$/i.test(text) ? Number(text) : undefined
}
