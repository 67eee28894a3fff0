// Lines of cells.
import { expect, test } from 'vitest'
import { LinePainter } from '../../../../src/top/screen/line.ts'

const plain = new LinePainter({ hasStyles: false, hasColours: false, isUtf8: true })
const coloured = new LinePainter({ hasStyles: true, hasColours: true, isUtf8: true })
const withoutColours = new LinePainter({ hasStyles: true, hasColours: false, isUtf8: true })
const ascii = new LinePainter({ hasStyles: true, hasColours: true, isUtf8: false })

test('cells are padded, clipped and aligned', () => {
  const line = plain
    .line(20)
    .cell('name', 6)
    .cell('12', 4, { align: 'right' })
    .cell('too long', 5)
    .add('end of it')
  expect(line.end()).toBe('name    12too ~end ~')
})

test('nothing is written beyond the width', () => {
  const line = plain.line(5).cell('abc', 4).cell('abc', 4).cell('abc', 4)
  expect(line.end()).toBe('abc ~')
  expect(line.left).toBe(0)
})

test('a style ends with its cell; a selected line has its own to the end', () => {
  expect(coloured.line(9).cell('bad', 4, { style: 'bad' }).add('x').end()).toBe('\x1b[1;31mbad\x1b[0m x')
  expect(coloured.line(5, 'selected').cell('bad', 3, { style: 'bad' }).end()).toBe('\x1b[7mbad  \x1b[0m')
})

test('NO_COLOR leaves bold and inverse, and no colour', () => {
  const line = withoutColours.line(9).add('a', 'good').add('b', 'warning').add('c', 'dim').add('d', 'bold')
  expect(line.end()).toBe('abc\x1b[1md\x1b[0m')
})

test('behind a name that terminals may draw in another width, the column is named', () => {
  expect(coloured.line(9).cell('虚', 4).add('x').end()).toBe('虚  \x1b[5Gx')
  expect(ascii.line(9).cell('虚', 4).add('x').end()).toBe('?   x')
})

test('without styles there is no escape sequence', () => {
  expect(plain.line(20, 'title').add('虚', 'bad').end()).toBe('虚')
})
