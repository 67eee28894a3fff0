// The network interface of the next definition that is the one which runs, by its MAC address.
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { type Definition, devicesOf } from '../definition/edit.ts'
import { attributeOf } from './definition-change.ts'
import { liveDevice, notInDefinition } from './device-change.ts'

export function findNic(definition: Definition, live: Definition, device: string): Element | string {
  const running = liveDevice(live, 'interface', device)
  if (running === undefined)
    return `libvirt has no network interface ${JSON.stringify(device)} in this domain`
  const mac = attributeOf(running, 'mac', 'address')
  const same = devicesOf(definition, 'interface').filter((nic) => attributeOf(nic, 'mac', 'address') === mac)
  return same.length === 1 && attributeOf(same[0]!, 'model', 'type') === attributeOf(running, 'model', 'type')
    ? same[0]!
    : notInDefinition
}
