// Changes the text of a domain's definition in a few places. Everything else stays as it is, byte for byte.
import { type Element, everything, readXml } from '../../sources/libvirt-status/xml.ts'

export interface Definition {
  readonly xml: string
  readonly domain: Element
}

/** Throws an Error that says what is wrong with the text. */
export function parseDomain(xml: string): Definition {
  const domain = readXml(xml, everything).first('domain')
  if (domain === undefined) throw new Error('the root element is not <domain>')
  return { xml, domain }
}

/** The devices of that kind: `disk`, `interface`, … */
export const devicesOf = ({ domain }: Pick<Definition, 'domain'>, kind: string): readonly Element[] =>
  domain.first('devices')?.all(kind) ?? []

/** A place of the text, and what to write there instead. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The places must not overlap. */
export function edited(xml: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: next }) => text.slice(0, start) + next + text.slice(end), xml)
}

/** Removes the element with the blanks before it. */
export function removal(xml: string, { start, end }: Element): Edit {
  const before = xml.slice(0, start)
  return { start: before.trimEnd().length, end, text: '' }
}

/** Sets attributes of the element's start tag; the other ones keep their values and their order. */
export function withAttributes(
  { xml }: Definition,
  name: string,
  element: Element,
  attributes: Readonly<Record<string, string>>,
): Edit {
  const all = new Map([...element.attributes, ...Object.entries(attributes)])
  const words = [...all].map(([key, value]) => ` ${key}='${escaped(value)}'`).join('')
  const isEmpty = xml.slice(element.start, element.tagEnd).endsWith('/>')
  return { start: element.start, end: element.tagEnd, text: `<${name}${words}${isEmpty ? '/>' : '>'}` }
}

/** Adds a line after the element, indented as that is. */
export function insertionAfter({ xml }: Definition, { start, end }: Element, text: string): Edit {
  const before = xml.slice(0, start)
  return { start: end, end, text: `${before.slice(before.trimEnd().length)}${text}` }
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
}

/** As libvirt escapes. */
const escaped = (value: string): string => value.replaceAll(/[&<>'"]/g, (character) => escapes[character]!)
