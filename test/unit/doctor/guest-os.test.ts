import { expect, test } from 'vitest'
import { isWindows } from '../../../src/doctor/guest-os.ts'
import { vmWith } from '../../helpers/doctor-host.ts'

test.each([
  [true, { vm: { guestOs: 'http://microsoft.com/win/11' } }],
  [false, { vm: { guestOs: 'http://debian.org/debian/12' }, tuning: { hasLocalTime: true } }],
  [true, { tuning: { hasLocalTime: true } }],
  [true, { tuning: { enlightenments: new Set(['time']) } }],
  [false, {}],
])('%s for %j', (expected, parts) => {
  expect(isWindows(vmWith(parts))).toBe(expected)
})
