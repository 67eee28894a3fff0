// HTML from templates in which every inserted value is escaped.

const special = /[&<>"']/g
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Use as a template's tag. Values stand in text or in quoted attributes, nowhere else. */
export function html(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: strings }, ...values.map(escapeText))
}

function escapeText(text: string): string {
  return text.toWellFormed().replace(special, (character) => entities[character]!)
}
