import { expect, it } from 'vitest'
import { readKvminfo } from '../../../../src/sources/kvminfo/read.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'

it.each([
  ['ENOENT', 'SOURCE_ABSENT', 'the kvminfo module is not loaded: there is no /proc/kvminfo'],
  ['ENODEV', 'SOURCE_ABSENT', 'the kvminfo module cannot count the exits of this KVM'],
  ['EACCES', 'SOURCE_DENIED', "; add the user that runs the exporter to the file's group (kvminfo)"],
  ['EIO', 'SOURCE_FAILED', 'cannot read /proc/kvminfo'],
])('reports %s as %s', (errno, code, message) => {
  // A fake, because no ordinary file fails with EIO or ENODEV on demand.
  class Failing extends WholeFile {
    override ascii(): string {
      throw Object.assign(new Error(`${errno}: as the kernel said`), { code: errno })
    }
  }
  expect(() => readKvminfo('/proc', new Failing())).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})
