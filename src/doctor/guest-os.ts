// What runs in a guest, as far as the host can tell.
import type { VmView } from './vm-view.ts'

/**
 * libosinfo's name in the definition decides. Without it, a clock with local time or any Hyper-V enlightenment says that
 * the VM was made for Windows: virt-install, virt-manager and Proxmox set them for Windows only.
 */
export function isWindows({ vm: { guestOs }, tuning }: VmView): boolean {
  if (guestOs !== undefined) return guestOs.includes('microsoft.com/')
  const { hasLocalTime, enlightenments } = tuning()
  return hasLocalTime || enlightenments.size > 0
}
