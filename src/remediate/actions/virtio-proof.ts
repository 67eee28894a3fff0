// How the program knows that the guest has a virtio driver: by the policy, by the guest agent, or by a test disk.
import type { GuestReport, TestDiskOperation, TestDiskState } from '../../actuator/protocol.ts'
import { freeDiskName, whyNoHotPlug } from '../../sources/libvirt-status/hot-plug.ts'
import type { Definition } from '../definition/edit.ts'
import type { PlanInput, Proof } from './action.ts'

/**
 * A virtio device has vendor 1af4; a device has two ids, of the transitional and of the modern kind. `live`: what the VM
 * runs with, if a test disk would prove it.
 */
export async function virtioProof(
  input: PlanInput,
  what: string,
  isProven: (report: GuestReport) => boolean,
  live?: Definition,
): Promise<Proof> {
  const text = `the guest has a driver for ${what}`
  const known = (holds: boolean, seen: string): Proof => ({ preconditions: [{ text, holds, seen }] })
  if (input.policy.isVirtioReady) return known(true, 'the policy says so (virtio_ready)')
  const report = await input.askGuest()
  if (report.answers && isProven(report)) return known(true, 'the guest agent says that it uses one')
  const silent = report.answers ? 'the guest agent names none' : 'the guest agent does not answer'
  const unknown = (why: string): Proof =>
    known(false, `${silent}${why}; if you are sure, set virtio_ready: true for this VM in the policy`)
  if (live === undefined) return unknown('')
  if (!input.policy.mayPlugTestDisk) return unknown(', and the policy allows no test disk (test_disk)')
  const operation: TestDiskOperation = {
    kind: 'test-disk',
    vm: input.identity!,
    from: 'untested',
    to: 'read',
  }
  const state = (await input.read(operation)) as TestDiskState
  if (state === 'read') return known(true, 'it has read a test disk')
  if (state === 'plugged')
    return unknown(', and the VM still has the test disk of an interrupted test, which goes when it restarts')
  const obstacle = whyNoHotPlug(live.domain)
  if (obstacle !== undefined) return unknown(`, and no test disk can be plugged in: ${obstacle}`)
  return {
    preconditions: [
      {
        text: `a test can show whether ${text}`,
        holds: true,
        seen: `${silent}, but the VM can get a test disk`,
      },
    ],
    test: {
      operation,
      change: { what: 'test disk', now: 'none yet', next: 'read by the guest, and unplugged' },
      note: 'Before anything else, a read-only virtio disk of 1 MiB without data is plugged into the running VM and unplugged again. Nothing else is changed unless the guest reads it within 30 seconds. The test does not show that the guest also has the driver when it boots, in its initramfs.',
      commands: commandsOf(input.identity!.uuid!, freeDiskName(live.domain) ?? 'vdz'),
    },
  }
}

const commandsOf = (uuid: string, target: string): string[] => {
  const image = `/var/lib/libvirt/images/test-disk.img`
  return [
    `qemu-img create -f raw ${image} 1M`,
    `virsh attach-disk ${uuid} ${image} ${target} --mode readonly --live`,
    `virsh domblkstat ${uuid} ${target}`,
    `virsh detach-disk ${uuid} ${target} --live`,
  ]
}
