// The NICs that a QEMU command line gives to its guest: -device with -netdev, -nic, -net nic, or the default NIC.
import type { Nic } from '../../model/vm.ts'
import type { Arguments } from './arguments.ts'
import { defaultNicModel } from './machine.ts'
import { type Option, parseJsonOrOption, parseOption } from './option.ts'

export function nicsOf(given: Arguments): Nic[] {
  const { options } = given
  const all = (name: string, impliedKey: string, parse = parseOption) =>
    (options.get(name) ?? []).map((text) => parse(text, impliedKey))
  const netdevs = new Map(
    all('netdev', 'type', parseJsonOrOption).map((netdev) => [netdev.get('id'), netdev]),
  )
  const nics: Nic[] = []
  for (const device of all('device', 'driver', parseJsonOrOption)) {
    const netdevId = device.get('netdev')
    const driver = device.get('driver')
    if (netdevId === undefined || driver === undefined) continue
    const model = modelOf(driver)
    nics.push({ device: device.get('id') ?? netdevId, model, vhost: vhostOf(netdevs.get(netdevId), model) })
  }
  // QEMU uses this order (net.c, net_init_clients), whatever the order on the command line.
  const boardNics = [
    ...all('nic', 'type').filter((nic) => nic.get('type') !== 'none'),
    ...all('net', 'type').filter((nic) => nic.get('type') === 'nic'),
    ...(hasDefaultNic(given) ? [parseOption('user', 'type')] : []),
  ]
  for (const [index, nic] of boardNics.entries()) {
    const model = modelOf(nic.get('model') ?? defaultNicModel(given))
    nics.push({
      device: nic.get('id') ?? nic.get('name') ?? `nic${index}`,
      model,
      vhost: vhostOf(nic.get('type') === 'nic' ? (netdevs.get(nic.get('netdev')) ?? hub) : nic, model),
    })
  }
  return nics
}

/** A PC gets a default NIC unless the command line has one of these options (vl.c, default_net). */
function hasDefaultNic(given: Arguments): boolean {
  const isConfigured = ['net', 'netdev', 'nic', 'nodefaults'].some((name) => given.options.has(name))
  return !isConfigured && defaultNicModel(given) !== 'unknown'
}

/** The backend of a `-net nic` that names no -netdev; vhost does not work through it. */
const hub: Option = new Map([['type', 'hubport']])

/** The model name that libvirt and `-nic model=` use for a QEMU device driver. */
function modelOf(driver: string): string {
  return /^virtio(-net(-.*)?)?$/.test(driver) ? 'virtio' : driver
}

/** Whether frames pass through the kernel's vhost-net; undefined for a vDPA device, which may or may not use it. */
function vhostOf(backend: Option | undefined, model: string): boolean | undefined {
  const type = backend?.get('type')
  if (type === undefined || type === 'vhost-vdpa') return undefined
  return (
    type === 'tap' &&
    model === 'virtio' &&
    (backend?.get('vhost') === 'on' || backend?.get('vhostforce') === 'on')
  )
}
