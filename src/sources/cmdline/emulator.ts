// Whether a process is a QEMU that runs a KVM virtual machine.
import type { Arguments } from './arguments.ts'

/** Names that emulators have: qemu-system-x86_64, kvm-spice, qemu-kvm-one, `.qemu-system-x86_64-wrapped` (NixOS). */
const named = /^\.?(qemu|kvm)/
/** VMMs with command lines of their own. */
const others = /^\.?(firecracker|jailer|cloud-hypervisor|crosvm|lkvm|kvmtool|krunvm|VBox|vmware-vmx)/
/** A command line with one of these is QEMU's. No other VMM has them. */
const typical = [
  'machine',
  'name',
  'device',
  'drive',
  'blockdev',
  'nodefaults',
  'accel',
  'enable-kvm',
  'cpu',
  'smp',
]

/** Whether a program of this name can be QEMU; decided before anything else of its command line is read. */
export const mayBeQemu = (program: string, isVouchedFor: boolean): boolean =>
  (isVouchedFor || named.test(program)) && !others.test(program)

/**
 * `isVouchedFor`: whether KVM or libvirt says that the process is a KVM virtual machine. Its command line is then that
 * of a QEMU, whatever its program is called and wherever its accelerator is stated.
 */
export function isKvmQemu(given: Arguments, isVouchedFor: boolean): boolean {
  // Android's emulator is a QEMU with options of its own, which say nothing about its devices.
  if (!mayBeQemu(given.program, isVouchedFor) || given.has('avd')) return false
  if (isVouchedFor)
    return named.test(given.program) || given.has('readconfig') || typical.some((name) => given.has(name))
  return usesKvm(given)
}

/**
 * Whether QEMU was started only to be asked something. libvirt and other managers start one with the board `none` to
 * learn what it can do. It may have a VM in KVM, but never runs a guest, and its manager alone must use its QMP socket.
 */
export function isProbe(given: Arguments): boolean {
  const asks = ['help', 'h', 'version'].some((name) => given.has(name))
  const type = given.merged('machine', 'type')
  return asks || type === 'none' || type === 'help' || type === '?'
}

/** Since 1.3.2 (2016) libvirt gives every VM an object `masterKey0`. */
export const isOfLibvirt = (given: Arguments): boolean =>
  given.all('object').some((object) => object.get('id') === 'masterKey0')

/** If several accelerators are named, QEMU uses the first that works (vl.c, configure_accelerators). TCG always works. */
function usesKvm(given: Arguments): boolean {
  if (given.has('enable-kvm')) return true
  const named = [
    ...given.all('accel').map((option) => option.get('accel') ?? ''),
    ...(given.merged('machine', 'accel')?.split(':') ?? []),
  ]
  if (named.length > 0) return named.find((name) => name === 'kvm' || name === 'tcg') === 'kvm'
  // QEMU's own rule (vl.c, configure_accelerators).
  return given.program.endsWith('kvm') && !given.has('no-kvm')
}
