// Which words of a QEMU command line are options, which are values, and which is a disk.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../src/sources/cmdline/arguments.ts'
import { Budget } from '../../../../src/sources/cmdline/budget.ts'
import { valued, valueless } from '../../../../src/sources/cmdline/option-names.ts'

const help = readFileSync(new URL('../../../fixtures/qemu-7.2-help/help.txt', import.meta.url), 'utf8').split(
  '\n',
)

/** The column in which QEMU's help starts the description of an option, unless the option is too long. */
const descriptionColumn = 16

/** Options by name, and whether the help names a value. `-h or -help` and `-hda/-hdb file` are two options each. */
function optionsOf(lines: readonly string[]): Map<string, boolean> {
  const options = new Map<string, boolean>()
  for (const line of lines) {
    const [start, names] = /^(--?[\w-]+(?:(?: or |\/)-[\w-]+)*)/.exec(line) ?? []
    if (start === undefined || names === undefined) continue
    const behind = line.slice(start.length)
    // After a longer name, a description is further away than a value.
    const isDescribed =
      start.length < descriptionColumn
        ? line.slice(0, descriptionColumn).trim() === start
        : behind.startsWith('  ')
    const hasValue = behind.trim() !== '' && !isDescribed
    for (const name of names.split(/ or |\//)) options.set(name.replace(/^--?/, ''), hasValue)
  }
  return options
}

const words = (...args: string[]) =>
  parseArguments(Buffer.from(`${['kvm', ...args].join('\0')}\0`), new Budget())?.inOrder.map(
    ({ name, value }) => `${name}=${value}`,
  )

describe('options with and without a value', () => {
  const options = optionsOf(help)

  it('are compared with the help of QEMU 7.2.22', () => {
    expect(help[0]).toMatch(/^QEMU emulator version 7\.2\.22 /)
    expect(options.size).toBe(114)
  })

  it.each([...options])('agree with the help on -%s, which has a value: %s', (name, hasValue) => {
    expect([valued.has(name), valueless.has(name)]).toEqual([hasValue, !hasValue])
  })

  it.each(['async-teardown', 'enable-sync-profile', 'portrait', 'audio-help', 'perfmap'])(
    'include -%s, which does not take the next word',
    (name) => {
      expect(words(`-${name}`, 'a.img', '-m', '64')).toEqual([`${name}=`, 'hda=a.img', 'm=64'])
    },
  )
})

it('takes the next word as the value of a known option, whatever it begins with', () => {
  expect(
    words('-name', '-x', '-append', '-v keepsyms=1', '-m', '--enable-kvm', '-snapshot', 'a.img'),
  ).toEqual(['name=-x', 'append=-v keepsyms=1', 'm=--enable-kvm', 'snapshot=', 'hda=a.img'])
})

it('never takes an option as the value of an unknown option', () => {
  expect(words('-from-the-future', '-name', 'web')).toEqual(['from-the-future=', 'name=web'])
})

it('takes the next word as the value of an unknown option', () => {
  expect(words('-from-the-future', 'x', '-name', 'web')).toEqual(['from-the-future=x', 'name=web'])
})

it('keeps an empty value, and allows the last option to have none', () => {
  expect(words('-append', '', '-m')).toEqual(['append=', 'm='])
})
