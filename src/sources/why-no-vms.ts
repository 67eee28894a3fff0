import type { HostSnapshot } from '../model/host-snapshot.ts'

/** Why a snapshot cannot list the VMs of the host; undefined if it can, even if single VMs are missing from the list. */
export function whyNoVms(snapshot: HostSnapshot): Error | undefined {
  try {
    snapshot.vms()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
