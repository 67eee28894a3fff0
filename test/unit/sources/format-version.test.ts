// The version of the modules' files that this program reads is the one that our modules write.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { requireVersion } from '../../../src/sources/format-version.ts'

const abi = readFileSync(new URL('../../../kmod/include/abi.h', import.meta.url), 'utf8')
const written = Number(/^#define ABI_VERSION (\d+)$/m.exec(abi)![1])

test('takes the version of kmod/include/abi.h', () => {
  expect(() => requireVersion(String(written), '/proc/kvminfo')).not.toThrow()
})

test.each([written - 1, written + 1])('refuses version %i, naming both and saying what to do', (version) => {
  expect(() => requireVersion(String(version), '/proc/kvminfo')).toThrow(
    expect.objectContaining({
      code: 'SOURCE_VERSION',
      message:
        `/proc/kvminfo has format version ${version}, this program reads version ${written}: ` +
        'install modules and exporter of the same release',
    }),
  )
})
