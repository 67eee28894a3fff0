import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checks, metricChecks } from '../../../../src/doctor/checks/index.ts'

const directory = new URL('../../../../src/doctor/checks/', import.meta.url)

test('each check has a file and a test of its name, and is in the list once', () => {
  const names = checks.map(({ name }) => name).sort()
  const files = (folder: URL, end: string) =>
    globSync(`*${end}`, { cwd: folder })
      .map((file) => file.slice(0, -end.length))
      .filter((name) => !name.startsWith('index'))
      .sort()
  expect(files(directory, '.ts')).toEqual(names)
  expect(files(new URL('./', import.meta.url), '.test.ts')).toEqual(names)
})

test('only checks of VMs have names that begin with vm-', () => {
  for (const { name, scope } of checks) expect([name, name.startsWith('vm-')]).toEqual([name, scope === 'vm'])
})

test('what is examined in the background starts no process', () => {
  for (const { name } of metricChecks)
    expect([
      name,
      readFileSync(new URL(`${name}.ts`, directory), 'utf8').includes('libvirt-versions'),
    ]).toEqual([name, false])
})
