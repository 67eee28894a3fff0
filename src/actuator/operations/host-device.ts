// Gives a PCI device of the host to a running VM, and takes it back. libvirt moves the device between the driver of the host
// and vfio-pci. Its answer proves nothing: what is live is read from the XML of the running VM and from sysfs.
import { KvminfoError } from '../../errors.ts'
import type { Domains } from '../../libvirt/write.ts'
import { leavesReserve } from '../../policy/memory-reserve.ts'
import { domainMemory, hostDeviceXml, pciHostDevices } from '../../sources/libvirt-status/host-devices.ts'
import { whyNoHotPlug } from '../../sources/libvirt-status/hot-plug.ts'
import { type Element, everything, readXml } from '../../sources/libvirt-status/xml.ts'
import type { HostPaths } from '../../sources/paths.ts'
import { assignable, lockedMemory } from '../../sources/pci/assignable.ts'
import { parsePciAddress, pciClass, pciDirectory, pciDriver, vfioDriver } from '../../sources/pci/device.ts'
import { holdsWithin } from '../holds-within.ts'
import type { HostDeviceOperation, HostDevicePlace } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export interface HostDeviceTimes {
  /** How long the guest and then the driver of the host may take, milliseconds. */
  readonly giveBackMs: number
  /** Between two looks. */
  readonly pollMs: number
}

export const hostDeviceTimes: HostDeviceTimes = { giveBackMs: 60_000, pollMs: 500 }

const codes: Readonly<Record<HostDevicePlace, string>> = { host: '0', vm: '1', neither: '2' }

export function hostDevice(
  domains: Domains,
  paths: HostPaths,
  { giveBackMs, pollMs }: HostDeviceTimes,
): OperationKit<HostDeviceOperation> {
  const live = async ({ vm }: HostDeviceOperation): Promise<Element> => {
    const domain = readXml(await domains.xml(vm.uuid!, 'live'), everything).first('domain')
    if (domain !== undefined) return domain
    throw new KvminfoError('SOURCE_MALFORMED', 'libvirt prints no <domain>')
  }
  const aliasOf = (domain: Element, device: string): string | undefined =>
    pciHostDevices(domain).find(({ address }) => address === device)?.alias

  async function place(operation: HostDeviceOperation): Promise<HostDevicePlace> {
    const { device, driver } = operation
    const isInVm = aliasOf(await live(operation), device) !== undefined
    const directory = pciDirectory(paths.sysfs, device)
    if (pciClass(directory) === '')
      throw new KvminfoError('SOURCE_ABSENT', `the host has no PCI device ${device}`)
    const now = pciDriver(directory)
    if (isInVm && now === vfioDriver) return 'vm'
    if (isInVm) return 'neither'
    return now === (driver ?? undefined) || (driver === null && now !== vfioDriver) ? 'host' : 'neither'
  }

  async function takeBack(operation: HostDeviceOperation): Promise<void> {
    const { vm, device } = operation
    let wasAsked = false
    let refusal = ''
    const isBack = await holdsWithin(giveBackMs, pollMs, async () => {
      const alias = aliasOf(await live(operation), device)
      if (alias === undefined && (await place(operation)) === 'host') return true
      try {
        // Asked once, because the guest takes its time. libvirt gives the device to the driver by itself, unless it was
        // interrupted; and it refuses to while it still gives it to the VM.
        if (alias === undefined) await domains.reattachDevice(device)
        else if (!wasAsked) {
          wasAsked = true
          await domains.detachDevice(vm.uuid!, alias)
        }
      } catch (error) {
        refusal = ` (${(error as Error).message})`
      }
      return false
    })
    if (isBack) return
    const where =
      aliasOf(await live(operation), device) === undefined
        ? `the VM has given ${device} back, but the host has it with ${pciDriver(pciDirectory(paths.sysfs, device)) ?? 'no driver'} instead of ${operation.driver ?? 'its own'}`
        : `the guest has not given ${device} back within ${giveBackMs / 1000} s; it may still do so, and the host has the device again when the VM is switched off`
    throw new KvminfoError('CHANGE_FAILED', where + refusal)
  }

  return {
    knob: ({ device }) => `host device ${device.replaceAll(/[:.]/g, '-')}`,
    encode: (value) => codes[value],
    decode: (text) => (Object.keys(codes) as HostDevicePlace[]).find((value) => codes[value] === text),
    problem: () => undefined,
    async excess(operation) {
      const { vm, device, to } = operation
      if (to !== 'vm') return 'a device is only taken from a VM to undo that it was given to it'
      const state = await domains.state(vm.uuid!)
      if (state !== 'running' && state !== 'idle') return `the VM is ${state}; its guest hears of no device`
      if (await domains.hasJob(vm.uuid!)) return 'libvirt migrates, saves or backs up the VM'
      const domain = await live(operation)
      const unmet = assignable(
        device,
        pciHostDevices(domain).map(({ address }) => address),
        paths,
      ).find(({ holds }) => !holds)
      if (unmet !== undefined) return `it does not hold that ${unmet.text} (${unmet.seen})`
      return whyNoHotPlug(domain) ?? memoryProblem(vm.pid, domain, paths)
    },
    needsLease: () => false,
    read: place,
    async write(operation) {
      const { vm, device, driver, to } = operation
      if (to !== 'vm') return takeBack(operation)
      try {
        await domains.attachDevice(vm.uuid!, hostDeviceXml(parsePciAddress(device)!, driver))
      } catch (error) {
        // libvirt has tried to put the device back. If it could not, this is tried once more, and the reading says it.
        await place(operation)
          .then((now) => (now === 'neither' ? domains.reattachDevice(device) : undefined))
          .catch(() => undefined)
        throw error
      }
    },
  }
}

function memoryProblem(pid: number, domain: Element, paths: HostPaths): string | undefined {
  const { all, current } = domainMemory(domain)
  if (Number.isNaN(all)) return 'libvirt does not say how much memory the VM has'
  if (current < all)
    return 'the balloon holds memory of the VM, which would be locked all the same; deflate it first'
  const memory = lockedMemory(pid, all * 1024, paths)
  const { missing, available, total } = memory
  return leavesReserve(memory, missing)
    ? undefined
    : `the VM would take ${missing} bytes more, all of which is locked, and leave the host less than a tenth of its memory: ${available} of ${total} bytes are available`
}
