// The closed set of what may change in a domain's definition: how the guest sees a disk or a network interface, and
// whether its memory is on huge pages. Never which file, network or program of the host it is.
import { isDeepStrictEqual } from 'node:util'
import {
  attributeOf,
  childOf,
  mapChildren,
  parseDefinition,
  type Tree,
  withoutAttributes,
  withoutChildren,
} from './tree.ts'

/** Why `from` must not become `to`; undefined if it may. */
export function definitionProblem(from: string, to: string): string | undefined {
  let trees: readonly [Tree, Tree]
  try {
    trees = [parseDefinition(from), parseDefinition(to)]
  } catch (error) {
    return (error as Error).message
  }
  const [before, after] = trees
  if (isDeepStrictEqual(before, after)) return 'the definition would stay the same'
  if (!isDeepStrictEqual(withoutAllowed(before), withoutAllowed(after)))
    return 'only bus, target and address of disks, model, driver and address of network interfaces, and huge pages may change'
  const devices = (domain: Tree) => childOf(domain, 'devices')?.children ?? []
  const former = devices(before)
  for (const [index, device] of devices(after).entries()) {
    if (isDeepStrictEqual(device, former[index])) continue
    const problem = device.name === 'disk' ? diskProblem(device) : interfaceProblem(device)
    if (problem !== undefined) return problem
  }
  return memoryProblem(before, after)
}

/** What must be the same. */
function withoutAllowed(domain: Tree): Tree {
  return mapChildren(domain, (child) => {
    if (child.name === 'devices') return mapChildren(child, deviceWithoutAllowed)
    return child.name === 'memoryBacking' ? undefined : child
  })
}

function deviceWithoutAllowed(device: Tree): Tree {
  if (device.name === 'disk' && (attributeOf(device, 'device') ?? 'disk') === 'disk') {
    return mapChildren(withoutChildren(device, 'address'), (child) =>
      child.name === 'target' ? withoutAttributes(child, 'bus', 'dev') : child,
    )
  }
  if (device.name !== 'interface') return device
  return mapChildren(withoutChildren(device, 'address'), (child) => {
    if (child.name === 'model') return withoutAttributes(child, 'type')
    if (child.name !== 'driver') return child
    const rest = withoutAttributes(child, 'name')
    return rest.attributes.length + rest.children.length === 0 && rest.text === '' ? undefined : rest
  })
}

/** Which names a disk has on each bus. */
const diskNames: Readonly<Record<string, RegExp>> = {
  virtio: /^vd[a-z]{1,3}$/,
  ide: /^hd[a-z]$/,
  sata: /^sd[a-z]{1,3}$/,
  scsi: /^sd[a-z]{1,3}$/,
}

function diskProblem(disk: Tree): string | undefined {
  const target = childOf(disk, 'target')
  const bus = attributeOf(target, 'bus') ?? ''
  const name = Object.hasOwn(diskNames, bus) ? diskNames[bus] : undefined
  if (name === undefined) return `a disk may not get the bus ${JSON.stringify(bus)}`
  const dev = attributeOf(target, 'dev') ?? ''
  return name.test(dev)
    ? addressProblem(disk)
    : `a disk on the bus ${bus} may not get the name ${JSON.stringify(dev)}`
}

const nicModels = ['virtio', 'e1000', 'e1000e', 'rtl8139']

function interfaceProblem(device: Tree): string | undefined {
  const models = device.children.filter(({ name }) => name === 'model')
  const drivers = device.children.filter(({ name }) => name === 'driver')
  if (models.length > 1 || drivers.length > 1) return 'a network interface has one model and one driver'
  const model = attributeOf(models[0], 'type') ?? ''
  if (!nicModels.includes(model)) return `a network interface may not get the model ${JSON.stringify(model)}`
  const driver = attributeOf(drivers[0], 'name')
  return driver === undefined || driver === 'vhost' || driver === 'qemu'
    ? addressProblem(device)
    : `a network interface may not get the driver ${JSON.stringify(driver)}`
}

/** The place of a device on a bus that the guest sees. */
const addressValue: Readonly<Record<string, RegExp>> = {
  type: /^(pci|drive)$/,
  domain: /^0x[0-9a-f]{4}$/,
  bus: /^(0x[0-9a-f]{2}|\d{1,3})$/,
  slot: /^0x[0-9a-f]{2}$/,
  function: /^0x[0-7]$/,
  multifunction: /^(on|off)$/,
  controller: /^\d{1,3}$/,
  target: /^\d{1,3}$/,
  unit: /^\d{1,3}$/,
}

function addressProblem(device: Tree): string | undefined {
  const addresses = device.children.filter(({ name }) => name === 'address')
  const isFine = addresses.every(
    ({ attributes, children, text }) =>
      children.length === 0 && text === '' && attributes.every(([name, value]) => isAddressPart(name, value)),
  )
  return isFine && addresses.length <= 1 ? undefined : 'the address of a device is not one that libvirt gives'
}

const isAddressPart = (name: string, value: string): boolean =>
  Object.hasOwn(addressValue, name) && addressValue[name]!.test(value)

/** Huge pages may come and go; the rest of <memoryBacking> stays. */
function memoryProblem(before: Tree, after: Tree): string | undefined {
  const backings = (domain: Tree) => domain.children.filter(({ name }) => name === 'memoryBacking')
  const [former, now] = [backings(before), backings(after)]
  if (isDeepStrictEqual(former, now)) return undefined
  if (former.length > 1 || now.length > 1) return 'a definition has one <memoryBacking>'
  const rest = (backing: Tree | undefined): Pick<Tree, 'attributes' | 'children' | 'text'> => ({
    attributes: backing?.attributes ?? [],
    children: (backing?.children ?? []).filter(({ name }) => name !== 'hugepages'),
    text: backing?.text ?? '',
  })
  if (!isDeepStrictEqual(rest(former[0]), rest(now[0])))
    return 'of <memoryBacking>, only <hugepages> may change'
  const pages = (now[0]?.children ?? []).filter(({ name }) => name === 'hugepages')
  return pages.length <= 1 && pages.every(areHugePages)
    ? undefined
    : '<hugepages> has something that libvirt does not know'
}

const pageValue: Readonly<Record<string, RegExp>> = {
  size: /^\d{1,10}$/,
  unit: /^(KiB|MiB|GiB)$/,
  nodeset: /^[\d,^-]{1,200}$/,
}

const areHugePages = ({ attributes, children, text }: Tree): boolean =>
  attributes.length === 0 &&
  text === '' &&
  children.every(
    (page) =>
      page.name === 'page' &&
      page.children.length === 0 &&
      page.text === '' &&
      page.attributes.every(
        ([name, value]) => Object.hasOwn(pageValue, name) && pageValue[name]!.test(value),
      ),
  )
