// The program and its kernel modules are released together, under one version.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

test.each([
  ['kmod/dkms.conf', /^PACKAGE_VERSION="(.+)"$/m],
  ['kmod/include/version.h', /^#define KMOD_VERSION "(.+)"$/m],
])('%s has the version of package.json', (path, pattern) => {
  expect(pattern.exec(read(path))?.[1]).toBe(version)
})
