// The two spellings of a QEMU option.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseJsonOrOption, parseOption } from '../../../../src/sources/cmdline/option.ts'

const parsed = (text: string, impliedKey = 'driver') => Object.fromEntries(parseOption(text, impliedKey))
const parsedJson = (text: string) => Object.fromEntries(parseJsonOrOption(text, 'driver'))

it('reads a leading brace as JSON only for the options for which QEMU does', () => {
  expect(parsed('{"a":1}', 'guest')).toEqual({ guest: '{"a":1}' })
  expect(parsedJson('{"a":1}')).toEqual({ a: '1' })
  expect(parsedJson('nvme,id=n')).toEqual({ driver: 'nvme', id: 'n' })
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

it('reads JSON into flat keys', () => {
  expect(
    parsedJson('{"driver":"qcow2","cache":{"direct":true,"no-flush":false},"size":7,"backing":null}'),
  ).toEqual({
    driver: 'qcow2',
    'cache.direct': 'on',
    'cache.no-flush': 'off',
    size: '7',
  })
})

it('reads invalid JSON as an empty option', () => {
  expect(parsedJson('{"driver":')).toEqual({})
})

it('leaves out JSON that is nested deeper than any option of QEMU', () => {
  expect(parsedJson(`{"driver":"a","b":${'{"c":'.repeat(50_000)}1${'}'.repeat(50_000)}}`)).toEqual({
    driver: 'a',
  })
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
