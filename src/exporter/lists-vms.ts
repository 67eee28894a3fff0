import type { HostSnapshot } from '../model/host-snapshot.ts'

/** Whether a snapshot knows which VMs the host runs, be it that single ones could not be identified. */
export function listsVms(snapshot: HostSnapshot): boolean {
  try {
    snapshot.vms()
    return true
  } catch {
    // The collectors that ask for them say why.
    return false
  }
}
