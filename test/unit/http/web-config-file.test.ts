// The web configuration on disk: what is read, and which file an error names.
import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebConfigFile } from '../../../src/http/web-config-file.ts'
import { oddFiles } from '../../helpers/odd-files.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const load = (path: string) => new WebConfigFile(path, recordedLog().log)

test('refuses everything but regular files of up to 1 MiB, without waiting, and names the file', () => {
  const directory = scratchDirectory()
  for (const path of Object.values(oddFiles(directory))) {
    expect(() => load(path)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `web configuration: cannot read ${path}`,
        cause: expect.any(Error),
      }),
    )
  }
})

test('follows symbolic links, and sees a change behind them', () => {
  const directory = scratchDirectory()
  const [target, path] = [join(directory, 'data.yml'), join(directory, 'web.yml')]
  writeFileSync(target, 'rate_limit: {interval: 1s, burst: 1}')
  symlinkSync(target, path)
  const file = load(path)
  expect(file.current().rateLimit?.burst).toBe(1)
  writeFileSync(target, 'rate_limit: {interval: 1s, burst: 22}')
  expect(file.current().rateLimit?.burst).toBe(22)
})

test('a pipe in the place of the file locks everybody out, and waits for nobody', () => {
  const directory = scratchDirectory()
  const path = join(directory, 'web.yml')
  writeFileSync(path, '')
  const file = load(path)
  execFileSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', path])
  expect(() => file.current()).toThrow(`web configuration: cannot read ${path}`)
})

test('logs warnings at the start and after a change', () => {
  const path = join(scratchDirectory(), 'web.yml')
  const { log, records } = recordedLog()
  writeFileSync(path, 'http_server_config: {http2: yes}')
  const file = new WebConfigFile(path, log)
  writeFileSync(path, 'rate_limit: {interval: 1s}')
  file.current()
  file.current()
  expect(records.filter(({ level }) => level === 'warn')).toMatchObject([
    { file: path, msg: 'http2 is set, but this server has no HTTP/2; clients use HTTP/1.1' },
    { file: path, msg: 'rate_limit has a burst of 0, so every request is refused' },
  ])
})
