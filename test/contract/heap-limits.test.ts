// The heap limits: a clone's program takes them from its first line, `npm start` from package.json, the packages from a
// launcher.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { launcher } from '../../deploy/package/launcher.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('npm start uses the heap limits of the first line of main.ts', () => {
  const [, command] = /^#!\/usr\/bin\/env -S ((?:MALLOC_[A-Z_]+=\d+ )+node(?: --[a-z-]+(?:=\d+)?)+)\n/.exec(
    read('src/cli/main.ts'),
  )!
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } }
  expect(scripts.start).toBe(`${command} src/cli/main.ts serve`)
})

test('the launcher of the packages has those of the first line of main.ts', () => {
  const [firstLine = ''] = read('src/cli/main.ts').split('\n')
  const words = firstLine.replace('#!/usr/bin/env -S ', '').split(' ')
  const [, environment = '', flags = ''] = /^export (.*)\nexec \S+ (.*) \\$/m.exec(launcher())!
  expect([...environment.split(' '), 'node', ...flags.split(' ')]).toEqual(words)
})
