// Whether the guest has a driver for virtio disks: it gets such a disk for a moment, and must read it and give it back.
import { KvminfoError } from '../../errors.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import type { TestDiskOperation, TestDiskState } from '../protocol.ts'
import type { TestDisks } from '../test-disks.ts'
import { fileName } from '../vm-files.ts'
import type { OperationKit } from './operation.ts'

const codes: Readonly<Record<TestDiskState, string>> = { untested: '0', read: '1', plugged: '2' }

export function testDisk(disks: TestDisks): OperationKit<TestDiskOperation> {
  /** The processes whose guest has read a test disk. */
  const proven = new Set<string>()
  const processOf = ({ pid, startTick }: VmIdentity): string => fileName({ pid, startTick })
  return {
    knob: () => 'test-disk',
    encode: (state) => codes[state],
    decode: (text) => (Object.keys(codes) as TestDiskState[]).find((state) => codes[state] === text),
    problem: () => undefined,
    excess: ({ vm }) => disks.problem(vm.uuid!),
    needsLease: () => false,
    async read({ vm }) {
      if (await disks.isPlugged(vm.uuid!)) return 'plugged'
      return proven.has(processOf(vm)) ? 'read' : 'untested'
    },
    async write({ vm, to }) {
      const uuid = vm.uuid!
      proven.delete(processOf(vm))
      if (to === 'untested') return disks.unplug(uuid)
      if (!(await disks.isReadBy(uuid)))
        throw new KvminfoError(
          'SOURCE_FAILED',
          'the guest has not read the test disk in time; it seems to have no driver for virtio disks',
        )
      proven.add(processOf(vm))
    },
  }
}
