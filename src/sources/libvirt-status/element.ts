// Walks the objects that fast-xml-parser makes from XML. The value of an element is a string or an object, or an array
// of these if the element is repeated. Attributes are `@name`; the text of an element that has attributes is `#text`.

export type Element = Readonly<Record<string, unknown>>

export function elements(parent: Element | undefined, name: string): Element[] {
  const value = own(parent, name)
  return (Array.isArray(value) ? value : [value]).filter(isElement)
}

export function element(parent: Element | undefined, name: string): Element | undefined {
  return elements(parent, name)[0]
}

/** The text of the first child element `name` or of the attribute `@…`; undefined if there is none. */
export function text(parent: Element | undefined, name: string): string | undefined {
  const value = own(parent, name)
  const first: unknown = Array.isArray(value) ? value[0] : value
  const content = isElement(first) ? own(first, '#text') : first
  return typeof content === 'string' ? content.replace(reference, resolve) : undefined
}

const reference = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi
const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolve(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return predefined[name] ?? whole
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole
}

function own(parent: Element | undefined, name: string): unknown {
  return parent !== undefined && Object.hasOwn(parent, name) ? parent[name] : undefined
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
