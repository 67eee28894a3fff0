// The web configuration on disk: errors say which file is wrong.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebConfigFile } from '../../../src/http/web-config-file.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const load = (path: string) => new WebConfigFile(path, recordedLog().log)

test('names the file that it cannot read: the configuration itself or a file named in it', () => {
  const directory = scratchDirectory()
  expect(() => load(directory)).toThrow(`web configuration: cannot read ${directory}`)
  const path = join(directory, 'web.yml')
  writeFileSync(path, `tls_server_config:\n  cert_file: ${directory}\n  key_file: a.key\n`)
  expect(() => load(path)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `web configuration: cannot read ${directory}`,
    }),
  )
})
