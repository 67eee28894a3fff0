// The two spellings of a QEMU option.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Argument } from '../../../../src/sources/cmdline/arguments.ts'
import { Budget } from '../../../../src/sources/cmdline/budget.ts'
import { parseBoolean, parseJson, parsePairs } from '../../../../src/sources/cmdline/option.ts'

const parsed = (text: string, impliedKey = 'driver') =>
  Object.fromEntries(parsePairs(text, impliedKey, new Budget()))
const json = (text: string) => parseJson(text, new Budget())

it('reads a leading brace as JSON only for the options for which QEMU does', () => {
  const option = (name: string) => new Argument(name, '{"id":"a"}').option(new Budget())
  expect(option('name').get('guest')).toBe('{"id":"a"}')
  expect(option('drive').get('file')).toBe('{"id":"a"}')
  expect(option('device').get('id')).toBe('a')
})

it('reads key=value items, an implied first key and doubled commas', () => {
  expect(parsed('virtio-blk-pci,drive=a,,b,id=x=y')).toEqual({
    driver: 'virtio-blk-pci',
    drive: 'a,b',
    id: 'x=y',
  })
  expect(parsed('guest=web,,shop,debug-threads=on', 'guest')).toEqual({
    guest: 'web,shop',
    'debug-threads': 'on',
  })
})

it('reads the short forms of booleans', () => {
  expect(parsed('socket,id=m,server,nowait', 'backend')).toEqual({
    backend: 'socket',
    id: 'm',
    server: 'on',
    wait: 'off',
  })
})

it('reads JSON under the same keys', () => {
  const option = json('{"driver":"qcow2","cache":{"direct":true,"no-flush":false},"size":7,"backing":null}')
  const keys = [
    'driver',
    'cache.direct',
    'cache.no-flush',
    'size',
    'backing',
    'cache',
    'toString',
    '__proto__',
  ]
  expect(keys.map((key) => option.get(key))).toEqual(['qcow2', 'on', 'off', '7', ...Array(4).fill(undefined)])
})

it('reads invalid JSON as an empty option', () => {
  expect(json('{"driver":').get('driver')).toBeUndefined()
})

it('reads an inner node in both spellings', () => {
  const pairs = new Argument('blockdev', 'throttle,file.driver=qcow2,file.file.driver=file').option(
    new Budget(),
  )
  for (const option of [pairs, json('{"file":{"driver":"qcow2","file":{"driver":"file"}}}')]) {
    const qcow2 = option.below('file')
    expect(typeof qcow2 === 'object' && qcow2.get('driver')).toBe('qcow2')
    const file = typeof qcow2 === 'object' && qcow2.below('file')
    expect(typeof file === 'object' && file.get('driver')).toBe('file')
  }
  expect(json('{"file":"f"}').below('file')).toBe('f')
})

it.each([
  ['on yes true y', true],
  ['off no false n', false],
  ['1 ON maybe', undefined],
])('reads the booleans %s as %s', (words, value) => {
  for (const word of words.split(' ')) expect(parseBoolean(word)).toBe(value)
})

it('returns any value unchanged', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(parsed(`first,key=${value.replaceAll(',', ',,').replaceAll('\0', '')},id=last`)).toEqual({
        driver: 'first',
        key: value.replaceAll('\0', ''),
        id: 'last',
      })
    }),
  )
})
