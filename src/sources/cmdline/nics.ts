// The NICs that a QEMU command line gives to its guest: -device, -nic, -net nic, or the default NIC.
import { isEmulatedNicModel, nicModel } from '../../model/emulated.ts'
import type { Nic } from '../../model/vm.ts'
import type { Arguments } from './arguments.ts'
import type { Board } from './board.ts'
import { type Option, PairsOption, parseBoolean } from './option.ts'

export function nicsOf(given: Arguments, board: Board): Nic[] {
  const netdevs = new Map<string | undefined, Option>()
  for (const netdev of given.all('netdev')) netdevs.set(netdev.get('id'), netdev)
  const nics: Nic[] = []
  const unnamed = new Map<string, number>()
  for (const device of given.devices()) {
    given.budget.spend(1)
    const driver = device.get('driver')
    if (driver === undefined || !isNic(device, driver)) continue
    const netdev = device.get('netdev')
    const model = nicModel(driver)
    const name = device.get('id') ?? netdev ?? numbered(driver, unnamed)
    nics.push({ device: name, model, vhost: vhostOf(netdev, netdevs, model) })
  }
  return [...nics, ...boardNics(given, board, netdevs)]
}

/**
 * A NIC may be connected to no -netdev. A device that is passed through by VFIO can be anything; only the half of a
 * failover pair is surely a NIC.
 */
function isNic(device: Option, driver: string): boolean {
  if (/^vfio-pci(-nohotplug)?$/.test(driver)) return device.get('failover_pair_id') !== undefined
  const model = nicModel(driver)
  return device.get('netdev') !== undefined || model === 'virtio' || isEmulatedNicModel(model)
}

/** The name that QEMU gives to a NIC without an id (net.c, assign_name): `e1000.0`. */
function numbered(driver: string, unnamed: Map<string, number>): string {
  const number = unnamed.get(driver) ?? 0
  unnamed.set(driver, number + 1)
  return `${driver}.${number}`
}

function boardNics(given: Arguments, board: Board, netdevs: ReadonlyMap<string | undefined, Option>): Nic[] {
  if (board.nicModel === 'none') return []
  // QEMU uses this order (net.c, net_init_clients), whatever the order on the command line.
  const all = [
    ...given.all('nic').filter((nic) => nic.get('type') !== 'none'),
    ...given.all('net').filter((nic) => nic.get('type') === 'nic'),
    ...(hasDefaultNic(given, board) ? [defaultNic] : []),
  ]
  return all.map((nic, index) => {
    given.budget.spend(1)
    const model = nicModel(nic.get('model') ?? board.nicModel)
    return {
      device: nic.get('id') ?? nic.get('name') ?? `nic${index}`,
      model,
      vhost:
        nic.get('type') === 'nic'
          ? nic.get('netdev') === undefined
            ? false // through a hub, with which vhost does not work
            : vhostOf(nic.get('netdev'), netdevs, model)
          : usesVhost(nic, model),
    }
  })
}

const defaultNic: Option = new PairsOption(new Map([['type', 'user']]))

/** A board gets a default NIC unless the command line has one of these options (vl.c, default_net). */
function hasDefaultNic(given: Arguments, board: Board): boolean {
  const isConfigured = ['net', 'netdev', 'nic', 'nodefaults'].some((name) => given.has(name))
  return !isConfigured && board.nicModel !== 'unknown'
}

/** Frames of a NIC that is connected to nothing go nowhere. undefined for a -netdev that the command line lacks. */
function vhostOf(
  netdev: string | undefined,
  netdevs: ReadonlyMap<string | undefined, Option>,
  model: string,
): boolean | undefined {
  if (netdev === undefined) return false
  const backend = netdevs.get(netdev)
  return backend === undefined ? undefined : usesVhost(backend, model)
}

/** Whether frames pass through the kernel's vhost-net; undefined for a vDPA device, which may or may not use it. */
function usesVhost(backend: Option, model: string): boolean | undefined {
  const type = backend.get('type')
  if (type === undefined || type === 'vhost-vdpa') return undefined
  if (type !== 'tap' || model !== 'virtio') return false
  // Without `vhost`, an open vhost device turns it on (net/tap.c, net_init_tap_one).
  return (
    parseBoolean(backend.get('vhost')) ??
    (backend.get('vhostfd') !== undefined ||
      backend.get('vhostfds') !== undefined ||
      parseBoolean(backend.get('vhostforce')) === true)
  )
}
