// The words of the classes are readable in both themes: 4.5:1, as WCAG 2.2 requires of text of this size.
import { expect, test } from 'vitest'
import { classes } from '../../../src/page/browser/view-state.js'
import { stylesheet as pageStyles } from '../../../src/page/stylesheet.ts'
import { stylesheet as sharedStyles } from '../../../src/ui/stylesheet.ts'

const [light, dark] = [...sharedStyles.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, block]) =>
    new Map([...block!.matchAll(/(--[\w-]+): (#[\da-f]{6});/g)].map(([, name, colour]) => [name!, colour!])),
)

/** The names of the colours of text and background in the first rule that has this selector. */
function coloursOf(selector: string): [text: string, background: string] {
  const rule = pageStyles.slice(pageStyles.indexOf(selector))
  const [, text, background] = /\bcolor: var\((--[\w-]+)\); background: var\((--[\w-]+)\)/.exec(rule)!
  return [text!, background!]
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

test.each([...classes.map((name) => `[data-class=${name}].chip`), '.emulated'])(
  '%s is readable in both themes',
  (selector) => {
    const [text, background] = coloursOf(selector)
    for (const theme of [light!, dark!])
      expect(contrast(theme.get(text)!, theme.get(background)!)).toBeGreaterThanOrEqual(4.5)
  },
)

test('each class has colours of its own', () => {
  const used = classes.flatMap((name) => coloursOf(`[data-class=${name}].chip`))
  expect(new Set(used).size).toBe(2 * classes.length)
})
