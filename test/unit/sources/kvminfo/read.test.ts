import { expect, it } from 'vitest'
import { readKvminfo } from '../../../../src/sources/kvminfo/read.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'

it.each([
  ['ENOENT', 'SOURCE_ABSENT', 'the kvminfo module is not loaded: there is no /proc/kvminfo'],
  ['ENODEV', 'SOURCE_ABSENT', 'the kvminfo module cannot count this KVM'],
  ['EACCES', 'SOURCE_DENIED', 'cannot read /proc/kvminfo'],
  ['EIO', 'SOURCE_FAILED', 'cannot read /proc/kvminfo'],
])('%s of the kernel is %s', (errno, code, message) => {
  // Stands in for the kernel, whose EIO and ENODEV no file gives at will.
  class Failing extends WholeFile {
    override ascii(): string {
      throw Object.assign(new Error(`${errno}: as the kernel said`), { code: errno })
    }
  }
  expect(() => readKvminfo('/proc', new Failing())).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})
