import type { HostSnapshot } from '../model/host-snapshot.ts'

/** Why a snapshot cannot tell which VMs the host runs; undefined where it can, be it that single ones are left out. */
export function whyNoVms(snapshot: HostSnapshot): Error | undefined {
  try {
    snapshot.vms()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
