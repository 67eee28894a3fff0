// The part of the page's address after `#`.
import { expect, test } from 'vitest'
import { formatViewState, parseViewState } from '../../../../src/page/browser/view-state.js'

const columns = ['name', 'ratio', 'switches']
const parse = (hash: string) => parseViewState(hash, columns)

test('shows all VMs, the lowest ratio first, if it is empty', () => {
  const state = { sort: 'ratio', descending: false, text: '', classes: new Set(), open: undefined }
  expect(parse('')).toEqual(state)
  expect(parse('#')).toEqual(state)
  expect(formatViewState(parse(''))).toBe('')
})

test('keeps every choice when it is written and read back', () => {
  const state = {
    sort: 'switches',
    descending: true,
    text: 'a&b=c #1',
    classes: new Set(['emulated-io', 'idle'] as const),
    open: 'web & shop "1" ünï/☃',
  }
  expect(parse(formatViewState(state))).toEqual(state)
  expect(formatViewState({ ...state, text: '', open: undefined })).toBe(
    '#sort=-switches&class=emulated-io%2Cidle',
  )
})

test.each(['#sort=nonsense', '#sort=-nonsense', '#class=all', '#sort=__proto__&class=', '#%'])(
  'ignores unknown values: %s',
  (hash) => {
    expect(parse(hash)).toMatchObject({ sort: 'ratio', descending: false, classes: new Set() })
  },
)
