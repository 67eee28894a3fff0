// Whether a definition that libvirt prints means a text that it was given.
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

/**
 * libvirt changes a text when it defines a domain from it: it gives an address to each device that has none, adds the
 * PCI controllers that these addresses need, says of the controllers beside them that their slot has several functions, and
 * sorts what it prints. Everything else must be the same. False for a text that
 * is no definition. Throws if `live` is none.
 */
export function isSameDefinition(live: string, text: string): boolean {
  if (live === text) return true
  const [printed, given] = [parseDefinition(live), definitionOrNone(text)]
  if (given === undefined) return false
  return (
    isDeepStrictEqual(withoutDevices(printed), withoutDevices(given)) &&
    haveSameDevices(devicesOf(printed), devicesOf(given))
  )
}

function definitionOrNone(text: string): Tree | undefined {
  try {
    return parseDefinition(text)
  } catch {
    return undefined
  }
}

const withoutDevices = (domain: Tree): Tree =>
  sorted(mapChildren(domain, (child) => (child.name === 'devices' ? { ...child, children: [] } : child)))

const devicesOf = (domain: Tree): readonly Tree[] =>
  (childOf(domain, 'devices')?.children ?? []).map((device) =>
    sorted(
      device.name === 'controller'
        ? mapChildren(device, (child) =>
            child.name === 'address' ? withoutAttributes(child, 'multifunction') : child,
          )
        : device,
    ),
  )

/** With its children in an order of our own. */
function sorted(tree: Tree): Tree {
  const children = tree.children.map((child) => [JSON.stringify(child), child] as const)
  return { ...tree, children: children.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, child]) => child) }
}

function haveSameDevices(printed: readonly Tree[], given: readonly Tree[]): boolean {
  // What was given may have any number of devices, and each is searched for.
  if (given.length > printed.length) return false
  const left = printed.map((device) => ({
    device,
    whole: JSON.stringify(device),
    bare: JSON.stringify(withoutChildren(device, 'address')),
  }))
  // A device that has an address is only one that has the same.
  const inOrder = [...given.filter(hasAddress), ...given.filter((device) => !hasAddress(device))]
  for (const device of inOrder) {
    const text = JSON.stringify(device)
    const at = left.findIndex(({ whole, bare }) => whole === text || (bare === text && !hasAddress(device)))
    if (at < 0) return false
    left.splice(at, 1)
  }
  return left.every(({ device }) => device.name === 'controller' && attributeOf(device, 'type') === 'pci')
}

/**
 * Whether a device that is the same in both would lose its address, and then get another one: the guest would take it for
 * a new device. Throws if one of the texts is no definition.
 */
export function losesAddress(live: string, to: string): boolean {
  const bare = (device: Tree): string => JSON.stringify(withoutChildren(device, 'address'))
  const placed = new Set(devicesOf(parseDefinition(live)).filter(hasAddress).map(bare))
  return devicesOf(parseDefinition(to)).some((device) => !hasAddress(device) && placed.has(bare(device)))
}

const hasAddress = (device: Tree): boolean => childOf(device, 'address') !== undefined
