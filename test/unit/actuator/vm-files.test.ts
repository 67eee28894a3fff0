// The folders of the actuator below /run.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VmFiles } from '../../../src/actuator/vm-files.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

test('a folder that cannot be created is named, with what to do', () => {
  const file = join(scratchDirectory(), 'file')
  writeFileSync(file, '')
  expect(() => new VmFiles(join(file, 'leases'))).toThrow(
    `cannot create ${file}/leases: not a directory (ENOTDIR); start the program as root`,
  )
})
