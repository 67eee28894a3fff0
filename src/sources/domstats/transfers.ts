// What the disks and NICs of one VM have transferred since it started. Asked for at the ends of a measured window, and not
// in the background, because a value of some seconds ago would belong to another window.
import { domainTransfers, libvirtSocket } from '../../libvirt/read.ts'

const deadlineMs = 5_000

/** Sums over the devices; undefined if it has none. */
export interface Transfers {
  /** Read and written by the disks. */
  readonly bytes: number | undefined
  /** Received and sent by the NICs. */
  readonly packets: number | undefined
  /** Of these, the ones that the guest has sent. */
  readonly sentPackets: number | undefined
}

/** Parses `virsh domstats --block --interface --raw` of one domain. */
export function parseTransfers(text: string): Transfers {
  const sum = (pattern: RegExp): number | undefined => {
    const values = [...text.matchAll(pattern)].map(([, value]) => Number(value))
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
  }
  return {
    bytes: sum(/^ {2}block\.\d+\.(?:rd|wr)\.bytes=(\d+)$/gm),
    packets: sum(/^ {2}net\.\d+\.(?:rx|tx)\.pkts=(\d+)$/gm),
    // libvirt names directions as the guest sees them.
    sentPackets: sum(/^ {2}net\.\d+\.tx\.pkts=(\d+)$/gm),
  }
}

/** A QEMU outside of libvirt may call itself anything. */
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** undefined if no libvirt runs, or for a VM without a UUID. Rejects with a KvminfoError if libvirt does not answer. */
export async function readTransfers(rundir: string, uuid: string | null): Promise<Transfers | undefined> {
  const socket = libvirtSocket(rundir)
  if (socket === undefined || uuid === null || !uuidPattern.test(uuid)) return undefined
  return parseTransfers(await domainTransfers(socket, uuid, deadlineMs))
}
