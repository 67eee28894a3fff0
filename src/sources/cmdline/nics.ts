// The NICs that a QEMU command line gives its guest: -device with -netdev, and -nic.
import type { Nic } from '../../model/vm.ts'
import type { Arguments } from './arguments.ts'
import { type Option, parseOption } from './option.ts'

export function nicsOf({ options }: Arguments): Nic[] {
  const all = (name: string, impliedKey: string) =>
    (options.get(name) ?? []).map((text) => parseOption(text, impliedKey))
  const netdevs = new Map(all('netdev', 'type').map((netdev) => [netdev.get('id'), netdev]))
  const nics: Nic[] = []
  for (const device of all('device', 'driver')) {
    const netdevId = device.get('netdev')
    const driver = device.get('driver')
    if (netdevId === undefined || driver === undefined) continue
    const model = modelOf(driver)
    nics.push({ device: device.get('id') ?? netdevId, model, vhost: vhostOf(netdevs.get(netdevId), model) })
  }
  for (const [index, nic] of all('nic', 'type').entries()) {
    if (nic.get('type') === 'none') continue
    const model = modelOf(nic.get('model') ?? '')
    nics.push({ device: nic.get('id') ?? `nic${index}`, model, vhost: vhostOf(nic, model) })
  }
  return nics
}

/** libvirt's and `-nic model=`'s word for QEMU's device driver. */
function modelOf(driver: string): string {
  return /^virtio(-net(-.*)?)?$/.test(driver) ? 'virtio' : driver
}

/** Whether frames pass through the kernel's vhost-net. A vDPA device may or may not: undefined. */
function vhostOf(backend: Option | undefined, model: string): boolean | undefined {
  const type = backend?.get('type')
  if (type === undefined || type === 'vhost-vdpa') return undefined
  return (
    type === 'tap' &&
    model === 'virtio' &&
    (backend?.get('vhost') === 'on' || backend?.get('vhostforce') === 'on')
  )
}
