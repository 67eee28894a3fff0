// The format version that this program reads is the one that our modules write.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { requireVersion } from '../../../src/sources/format-version.ts'

const abi = readFileSync(new URL('../../../kmod/include/abi.h', import.meta.url), 'utf8')
const written = Number(/^#define ABI_VERSION (\d+)$/m.exec(abi)![1])

test('accepts the version of kmod/include/abi.h', () => {
  expect(() => requireVersion(String(written), '/proc/kvminfo')).not.toThrow()
})

test.each([written - 1, written + 1])(
  'refuses version %i, names both versions and says what to do',
  (version) => {
    expect(() => requireVersion(String(version), '/proc/kvminfo')).toThrow(
      expect.objectContaining({
        code: 'SOURCE_VERSION',
        message:
          `/proc/kvminfo has format version ${version}, but this exporter reads version ${written}: ` +
          'install the modules and the exporter from the same release',
      }),
    )
  },
)
