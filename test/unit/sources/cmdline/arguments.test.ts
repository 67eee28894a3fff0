// Which word of a QEMU command line is an option, which a value, and which a disk.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../src/sources/cmdline/arguments.ts'
import { valueless } from '../../../../src/sources/cmdline/valueless.ts'

const help = readFileSync(new URL('../../../fixtures/qemu-7.2-help/help.txt', import.meta.url), 'utf8').split(
  '\n',
)

/** Where QEMU's help describes an option that leaves room for it. */
const descriptionColumn = 16

/** Options by name, and whether a value is named behind it. `-h or -help` and `-hda/-hdb file` are two each. */
function optionsOf(lines: readonly string[]): Map<string, boolean> {
  const options = new Map<string, boolean>()
  for (const line of lines) {
    const [start, names] = /^(--?[\w-]+(?:(?: or |\/)-[\w-]+)*)/.exec(line) ?? []
    if (start === undefined || names === undefined) continue
    const behind = line.slice(start.length)
    // Behind a longer name the description keeps a wider distance than a value does.
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
  parseArguments(Buffer.from(`${['kvm', ...args].join('\0')}\0`))?.inOrder.map(
    ({ name, value }) => `${name}=${value}`,
  )

describe('options without a value', () => {
  const options = optionsOf(help)

  it('is compared with the help of a known QEMU', () => {
    expect(help[0]).toMatch(/^QEMU emulator version 7\.2\.22 /)
    expect(options.size).toBe(114)
  })

  it.each([...options])('-%s: has a value in the help: %s', (name, hasValue) => {
    expect(valueless.has(name)).toBe(!hasValue)
  })

  it.each(['async-teardown', 'enable-sync-profile', 'portrait', 'audio-help', 'perfmap'])(
    '-%s leaves the next word alone',
    (name) => {
      expect(words(`-${name}`, 'a.img', '-m', '64')).toEqual([`${name}=`, 'hda=a.img', 'm=64'])
    },
  )
})

it('takes no option for the value of another, known or not', () => {
  expect(words('-from-the-future', '-name', 'web', '-m', '--enable-kvm')).toEqual([
    'from-the-future=',
    'name=web',
    'm=',
    'enable-kvm=',
  ])
})

it('takes the next word for the value of an option it does not know', () => {
  expect(words('-from-the-future', 'x', '-name', 'web')).toEqual(['from-the-future=x', 'name=web'])
})

it('keeps an empty value, and needs none at the end', () => {
  expect(words('-append', '', '-m')).toEqual(['append=', 'm='])
})
