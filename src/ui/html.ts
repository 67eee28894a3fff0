// HTML from templates that escape every inserted text.

const special = /[&<>"']/g
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup made by `html`. Only this module can make one, so a string can never pass for markup. */
export class Html {
  readonly #markup: string

  /** Use the tag `html` instead. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/**
 * A template tag. Texts are escaped, `Html` is inserted as it is, and the items of an array are joined. Put values
 * only into element content or into quoted attributes.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markupOf)))
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escapeText(value)
  return value instanceof Html ? value.toString() : value.join('')
}

function escapeText(text: string): string {
  return text.toWellFormed().replace(special, (character) => entities[character]!)
}
