// Web configuration files whose verdict by exporter-toolkit is known.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseWebConfig } from '../../../src/http/web-config.ts'

interface Case {
  readonly id: string
  readonly text: string
  readonly isAccepted: boolean
  readonly users?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly rateLimit?: { readonly intervalMs: number; readonly burst: number }
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../fixtures/public-inputs/web-config/cases.json', import.meta.url), 'utf8'),
)

test.each(cases.filter(({ isAccepted }) => isAccepted))(
  'accepts $id',
  ({ text, users, headers, rateLimit }) => {
    const config = parseWebConfig(text, '/etc/web.yml')
    if (users !== undefined) expect([...config.users.keys()]).toEqual(users)
    expect(config.headers).toMatchObject(headers ?? {})
    expect(config.rateLimit).toEqual(rateLimit)
  },
)

test.each(cases.filter(({ isAccepted }) => !isAccepted))('refuses $id', ({ text }) => {
  expect(() => parseWebConfig(text, '/etc/web.yml')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  )
})
