// The heap limits: the installed program takes them from its first line, `npm start` from package.json.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('npm start uses the heap limits of the first line of main.ts', () => {
  const [, command] = /^#!\/usr\/bin\/env -S ((?:MALLOC_[A-Z_]+=\d+ )+node(?: --[a-z-]+(?:=\d+)?)+)\n/.exec(
    read('src/cli/main.ts'),
  )!
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } }
  expect(scripts.start).toBe(`${command} src/cli/main.ts serve`)
})
