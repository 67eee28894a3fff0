// Builds one line of the screen from cells of a fixed width.
import type { Capabilities } from './capabilities.ts'
import { asciiOnly, clip, closed, isPlain, printable, widthOf } from './printable.ts'
import { resetStyle, type Style, type Styles, stylesFor } from './style.ts'

interface Cell {
  readonly align?: 'left' | 'right'
  readonly style?: Style | undefined
}

export class LinePainter {
  readonly #styles: Styles | undefined
  readonly #isUtf8: boolean

  constructor({ hasStyles, hasColours, isUtf8 }: Capabilities) {
    this.#styles = hasStyles ? stylesFor(hasColours) : undefined
    this.#isUtf8 = isUtf8
  }

  /** The mark of an order. */
  arrow(isDownwards: boolean): string {
    if (this.#isUtf8) return isDownwards ? '\u2193' : '\u2191'
    return isDownwards ? '-' : '+'
  }

  /** `style` holds for the whole line, up to `width`. */
  line(width: number, style?: Style): Line {
    return new Line(width, this.#styles, this.#isUtf8, style)
  }
}

export class Line {
  readonly #width: number
  /** undefined if no escape sequences may be used. */
  readonly #styles: Styles | undefined
  readonly #isUtf8: boolean
  readonly #base: string
  #text: string
  #used = 0

  constructor(width: number, styles: Styles | undefined, isUtf8: boolean, style?: Style) {
    this.#width = width
    this.#styles = styles
    this.#isUtf8 = isUtf8
    this.#base = (style && styles?.[style]) ?? ''
    this.#text = this.#base
  }

  get left(): number {
    return this.#width - this.#used
  }

  /** Adds text in its own width, or as much of it as fits. */
  add(text: string, style?: Style): this {
    const safe = this.#safe(text)
    return this.#put(safe, Math.min(widthOf(safe), this.left), { style })
  }

  /** Adds a cell: clipped if the text is too long, padded if it is too short. */
  cell(text: string, width: number, cell: Cell = {}): this {
    return this.#put(this.#safe(text), Math.min(width, this.left), cell)
  }

  /** The line with its escape sequences. It takes at most the width of the line. */
  end(): string {
    if (this.#base === '') return this.#text
    return `${this.#text}${' '.repeat(this.left)}${resetStyle}`
  }

  #safe(text: string): string {
    if (isPlain(text)) return text
    return this.#isUtf8 ? printable(text) : asciiOnly(text)
  }

  #put(text: string, width: number, { align = 'left', style }: Cell): this {
    if (width <= 0) return this
    const shown = clip(text, width)
    const padding = ' '.repeat(width - widthOf(shown))
    // A selected line keeps its own style, which must be readable.
    const code = this.#base === '' ? ((style && this.#styles?.[style]) ?? '') : ''
    const styled = code === '' ? closed(shown) : `${code}${closed(shown)}${resetStyle}`
    this.#text += align === 'left' ? styled + padding : padding + styled
    this.#used += width
    // Terminals differ in the widths of unusual characters, so the next cell names its column.
    if (this.#styles !== undefined && !isPlain(shown)) this.#text += `\x1b[${this.#used + 1}G`
    return this
  }
}
