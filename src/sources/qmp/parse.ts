// Parses QEMU's answers to `query-stats` (since QEMU 7.1), `query-cpus-fast`, `query-balloon` and `query-pci`. Zod
// checks the answers here, so that no other code needs to.
import { z } from 'zod'
import type { Vcpu, VmState } from '../../model/vm.ts'
import { addStatistics, type KvmStatistics, noStatistics, statisticsFrom } from '../exits/kvm-statistics.ts'
import type { PciDevice } from './pci-device.ts'

const vcpuStatistics = z.array(
  z.object({
    provider: z.string(),
    // A number; other kinds of statistics have a list or a boolean.
    stats: z.array(z.object({ name: z.string(), value: z.unknown() })),
  }),
)

/** Sums over the vCPUs; undefined if a vCPU lacks a statistic, or if KVM reports no vCPU. */
export function parseQueryStats(answer: unknown): KvmStatistics | undefined {
  let sums: KvmStatistics | undefined = noStatistics
  let count = 0
  for (const { provider, stats } of vcpuStatistics.parse(answer)) {
    if (provider !== 'kvm') continue
    const values = new Map<string, number>()
    for (const { name, value } of stats) if (typeof value === 'number') values.set(name, value)
    const one = statisticsFrom(values)
    sums = one === undefined || sums === undefined ? undefined : addStatistics(sums, one)
    count++
  }
  return count === 0 ? undefined : sums
}

/** `query-balloon`: the memory that the balloon leaves to the guest, bytes. */
export function parseQueryBalloon(answer: unknown): number {
  return z.object({ actual: z.int().nonnegative() }).parse(answer).actual
}

const running: ReadonlySet<string> = new Set(['running'])
const migrating: ReadonlySet<string> = new Set(['inmigrate', 'finish-migrate', 'postmigrate'])
const crashed: ReadonlySet<string> = new Set(['guest-panicked', 'internal-error'])

/** `query-status`: QEMU's RunState (qapi/run-state.json). All other states are kinds of a pause. */
export function parseQueryStatus(answer: unknown): VmState {
  const { status } = z.object({ status: z.string() }).parse(answer)
  if (running.has(status)) return 'running'
  if (migrating.has(status)) return 'migrating'
  if (crashed.has(status)) return 'crashed'
  return status === 'shutdown' || status === 'suspended' ? status : 'paused'
}

const maxVcpus = 4_096

const cpus = z
  .array(z.object({ 'cpu-index': z.int().nonnegative(), 'thread-id': z.int().positive() }))
  .max(maxVcpus)

export function parseQueryCpusFast(answer: unknown): Vcpu[] {
  return cpus.parse(answer).map((cpu) => ({ id: cpu['cpu-index'], tid: cpu['thread-id'] }))
}

const unsigned = z.int().nonnegative()

const pciDevice = z.object({
  bus: unsigned,
  slot: unsigned,
  function: unsigned,
  class_info: z.object({ class: unsigned, desc: z.string().optional() }),
  id: z.object({ vendor: unsigned, device: unsigned }),
  qdev_id: z.string(),
  regions: z.array(
    z.object({
      type: z.string(),
      // -1 if the guest has given it no address; a 64-bit address of a strange guest may be more than JSON can carry.
      address: z.number(),
      size: z.number(),
    }),
  ),
  pci_bridge: z.object({ devices: z.array(z.unknown()).optional() }).optional(),
})

/** The most buses that one VM can have. */
const maxPciDepth = 256

/** `query-pci`: the devices of all buses. */
export function parseQueryPci(answer: unknown): PciDevice[] {
  const buses = z.array(z.object({ devices: z.array(z.unknown()) })).parse(answer)
  const devices: PciDevice[] = []
  let level = buses.flatMap((bus) => bus.devices)
  for (let depth = 0; level.length > 0 && depth < maxPciDepth; depth++) {
    const parsed = z.array(pciDevice).parse(level)
    devices.push(...parsed.map(pciDeviceOf))
    level = parsed.flatMap((device) => device.pci_bridge?.devices ?? [])
  }
  return devices
}

function pciDeviceOf(device: z.infer<typeof pciDevice>): PciDevice {
  const [bus, slot] = [device.bus, device.slot].map((part) => part.toString(16).padStart(2, '0'))
  return {
    id: device.qdev_id,
    place: `${bus}:${slot}.${device.function}`,
    classCode: device.class_info.class,
    className: device.class_info.desc,
    vendor: device.id.vendor,
    device: device.id.device,
    regions: device.regions
      .filter(({ address, size }) => Number.isSafeInteger(address) && address >= 0 && size > 0)
      .map(({ type, address, size }) => ({ kind: type === 'io' ? 'port' : 'memory', address, size })),
  }
}
