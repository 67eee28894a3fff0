// The web configuration on disk: which file is wrong.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebConfigFile } from '../../../src/http/web-config-file.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const load = (path: string) => new WebConfigFile(path, recordedLog().log)

test('a file that cannot be read is named: the configuration, or one that it names', () => {
  const directory = scratchDirectory()
  expect(() => load(directory)).toThrow(`cannot read ${directory} of the web configuration`)
  const path = join(directory, 'web.yml')
  writeFileSync(path, `tls_server_config:\n  cert_file: ${directory}\n  key_file: a.key\n`)
  expect(() => load(path)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `cannot read ${directory} of the web configuration`,
    }),
  )
})
