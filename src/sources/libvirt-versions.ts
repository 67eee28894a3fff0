// The versions of libvirt and of the QEMU that it starts VMs with.
import { libvirtVersion } from '../libvirt/read.ts'

export interface Versions {
  /** The numbers, the major one first. Undefined if libvirt does not say it. */
  readonly libvirt: readonly number[] | undefined
  readonly QEMU: readonly number[] | undefined
}

/** Throws SOURCE_ABSENT if no libvirt runs or virsh is not installed, SOURCE_DENIED or SOURCE_FAILED. */
export async function libvirtVersions(rundir: string): Promise<Versions> {
  return parseVersions(await libvirtVersion(rundir))
}

/** The text of `virsh version --daemon` in English. The library is that of virsh; the daemon is what runs the VMs. */
export function parseVersions(text: string): Versions {
  const numbers = (pattern: RegExp): readonly number[] | undefined =>
    pattern.exec(text)?.[1]?.split('.').map(Number)
  return {
    libvirt: numbers(/^Running against daemon: (\d+\.\d+(?:\.\d+)?)$/m),
    QEMU: numbers(/^Running hypervisor: QEMU (\d+\.\d+(?:\.\d+)?)$/m),
  }
}
