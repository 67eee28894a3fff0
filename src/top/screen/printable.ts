// Text that others choose, such as names of VMs and threads, made safe for a terminal: it cannot move the cursor, change
// colours, reverse the direction of what follows, or be wider than it seems.
import { eastAsianWidth } from 'get-east-asian-width'
import { memoized } from '../../sources/memoized.ts'

const plain = /^[\x20-\x7e]*$/

export const isPlain = (text: string): boolean => plain.test(text)

/**
 * Controls, marks of direction and other invisible characters, private and unassigned code points, half surrogates, and
 * characters that some terminals draw wider than others.
 */
const unsafe = /^[\p{C}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]$/u
const mark = /^\p{M}$/u
/** Marks that only choose between two pictures of one character; terminals differ in what follows from them. */
const variationSelectors = /\p{Variation_Selector}/gu
/** Hebrew, Arabic and the other scripts from right to left. */
const rightToLeft =
  /[\u{0590}-\u{08ff}\u{fb1d}-\u{fdff}\u{fe70}-\u{feff}\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** What stands for a character that is not shown. */
const substitute = '?'
/** Marks on one letter. Text in use has two at most; others pile up a hundred. */
const maxMarks = 2

/** The text without what is unsafe. */
export const printable = memoized(4096, (text: string): string => {
  let shown = ''
  let marks = 0
  for (const character of text.normalize('NFC').replace(variationSelectors, '')) {
    if (mark.test(character)) {
      marks++
      if (shown === '') shown = substitute
      else if (marks <= maxMarks) shown += character
      continue
    }
    marks = 0
    shown += unsafe.test(character) ? substitute : character
  }
  return shown
})

/** The same for a terminal that only knows ASCII. */
export const asciiOnly = memoized(4096, (text: string): string =>
  printable(text).replace(/[^\x20-\x7e]/gu, substitute),
)

const characterWidth = (character: string): number =>
  mark.test(character) ? 0 : eastAsianWidth(character.codePointAt(0)!)

/** Cells of the terminal that `text` takes; it must be printable. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** At the end of text that was cut off. */
const cutMark = '~'

/** As much of `text` as fits; it must be printable. */
export function clip(text: string, width: number): string {
  if (width <= 0) return ''
  if (isPlain(text)) return text.length <= width ? text : text.slice(0, width - 1) + cutMark
  if (widthOf(text) <= width) return text
  let shown = ''
  let used = 0
  for (const character of text) {
    used += characterWidth(character)
    if (used > width - 1) break
    shown += character
  }
  return shown + cutMark
}

/**
 * A mark of direction (U+200E) behind text from right to left: a terminal that reverses it would otherwise also reverse
 * the figures that follow.
 */
export const closed = (text: string): string => (rightToLeft.test(text) ? `${text}\u200e` : text)
