// What a command line may cost: the work grows in step with the input, and beyond the budget nothing of it is used.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget } from '../../../../src/sources/cmdline/budget.ts'
import { readCommandLine } from '../../../../src/sources/cmdline/parse.ts'

const bytes = (...args: string[]) =>
  Buffer.from(`${['qemu-system-x86_64', '-enable-kvm', ...args].join('\0')}\0`)
const many = (count: number, each: (at: number) => string[]) =>
  Array.from({ length: count }, (_, at) => each(at)).flat()

/** Each kind of input at a size; all of them once cost the square of it. */
const kinds: Readonly<Record<string, (size: number) => string[]>> = {
  'JSON with a long key and many inner keys': (size) => {
    const inner = Object.fromEntries(many(size, (at) => [`${at}`]).map((key) => [key, 1]))
    return ['-device', JSON.stringify({ ['k'.repeat(size * 8)]: inner })]
  },
  'nested JSON': (size) => ['-device', `${'{"file":'.repeat(size)}1${'}'.repeat(size)}`],
  'monitors and character devices': (size) => [
    ...many(size, (at) => ['-mon', `chardev=x${at},mode=control`]),
    ...many(size, (at) => ['-chardev', `socket,id=c${at},path=/c,server=on`]),
  ],
  'NICs of the board': (size) => many(size, () => ['-nic', 'user']),
  'NICs with backends': (size) =>
    many(size, (at) => ['-netdev', `tap,id=n${at}`, '-device', `virtio-net-pci,netdev=n${at}`]),
  drives: (size) => many(size, (at) => ['-drive', `file=a,if=${at % 2 ? 'ide' : 'scsi'}`]),
  'drives of one bus': (size) => many(size, () => ['-drive', 'file=a,bus=1']),
  'filters on one another': (size) =>
    many(size, (at) => [
      '-blockdev',
      `driver=throttle,node-name=n${at},file=n${at + 1}`,
      '-device',
      `nvme,drive=n${at}`,
    ]),
  'memory devices': (size) =>
    many(size, (at) => [
      '-object',
      `memory-backend-ram,id=m${at},size=1M`,
      '-device',
      `pc-dimm,memdev=m${at}`,
    ]),
  machines: (size) => many(size, (at) => ['-machine', `x${at}=y`]),
  'empty words': (size) => many(size, () => ['']),
  commas: (size) => ['-device', ','.repeat(size), '-name', ','.repeat(size)],
}

const workOf = (args: string[]) => {
  const budget = new Budget(Number.POSITIVE_INFINITY)
  expect(readCommandLine(bytes(...args), { budget }).excess).toBeUndefined()
  return budget.spent
}

it.each(Object.entries(kinds))('at most doubles the work with twice as many of: %s', (_kind, input) => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 1_500 }), (size) => {
      expect(workOf(input(2 * size))).toBeLessThan(2.2 * workOf(input(size)))
    }),
    { numRuns: 8 },
  )
})

it('charges at least each byte', () => {
  for (const input of Object.values(kinds))
    expect(workOf(input(300))).toBeGreaterThan(bytes(...input(300)).length)
})

describe('a command line beyond its budget', () => {
  it.each<[string, string[]]>([
    ['more than 1048576 bytes', ['-append', 'x'.repeat(1_100_000)]],
    ['more than 32768 words', many(40_000, () => [''])],
    ['more than 4096 devices', many(5_000, () => ['-nic', 'user'])],
    ['more than 1024 items in one option', ['-device', ',x'.repeat(1_500)]],
    ['more than 65536 bytes of JSON in one option', ['-device', `{"${'k'.repeat(70_000)}":1}`]],
  ])('is not used, because it has %s', (excess, args) => {
    expect(readCommandLine(bytes(...args))).toEqual({ commandLine: undefined, isProbe: false, excess })
  })

  it('of a program that cannot be a QEMU says nothing', () => {
    const java = Buffer.from(`java\0-cp\0${'x'.repeat(2_000_000)}\0`)
    expect(readCommandLine(java).excess).toBeUndefined()
  })
})
