// HTML from templates that escape every text that is inserted.

const special = /[&<>"']/g
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup made by `html`. A string is never an `Html`, so it can never be taken for markup. */
export class Html {
  readonly #markup: string

  /** For `html` only: use that tag instead. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/**
 * A template tag. Strings are escaped, `Html` is inserted unchanged, and the items of an array are joined. Insert values
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
