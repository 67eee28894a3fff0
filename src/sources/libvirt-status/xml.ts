// Reads the wanted elements of an XML document. libvirt's status files contain text of other programs (metadata), lists
// that are as deep as a disk's backing chain, and much that we do not need. So this reader skips what is not wanted, has
// no limit of depth, never uses a name as a property, and expands only the references that XML predefines. Its work and
// memory grow in step with the text; the caller bounds the text.

/** The elements to keep, by name; each with those to keep in it. */
export interface Wanted {
  readonly [name: string]: Wanted
}

/** Keeps the element with all that is in it. */
export const everything: Wanted = {}

export class Element {
  readonly attributes = new Map<string, string>()
  /** Where it is in the text: its first character, the one after its start tag, and the one after its end. */
  start = 0
  tagEnd = 0
  end = 0
  readonly #children = new Map<string, Element[]>()
  #text = ''

  /** The text directly in this element, with its blanks. */
  get text(): string {
    return this.#text
  }

  append(text: string): void {
    this.#text += text
  }

  add(name: string, child: Element): void {
    const siblings = this.#children.get(name)
    if (siblings === undefined) this.#children.set(name, [child])
    else siblings.push(child)
  }

  all(name: string): readonly Element[] {
    return this.#children.get(name) ?? []
  }

  first(name: string): Element | undefined {
    return this.#children.get(name)?.[0]
  }

  /** Those that were kept, with their names, in the order of the text. */
  children(): (readonly [name: string, child: Element])[] {
    return [...this.#children]
      .flatMap(([name, children]) => children.map((child) => [name, child] as const))
      .sort(([, a], [, b]) => a.start - b.start)
  }
}

interface Open {
  readonly name: string
  /** undefined for an element that is skipped. */
  readonly element: Element | undefined
  readonly wanted: Wanted
}

const nothing: Wanted = {}

/** The document, whose one child is the root element. Throws an Error that says what is wrong with the text. */
export function readXml(xml: string, wanted: Wanted): Element {
  const document = new Element()
  const open: Open[] = [{ name: '', element: document, wanted }]
  let roots = 0
  let at = 0
  while (at < xml.length) {
    const here = open.at(-1)!
    const markup = xml.indexOf('<', at)
    const end = markup === -1 ? xml.length : markup
    if (open.length === 1) requireBlank(xml, at, end)
    else if (here.element !== undefined) here.element.append(resolved(xml.slice(at, end)))
    if (markup === -1) break
    if (xml.startsWith('<!--', markup)) at = after(xml, '-->', markup + 4)
    else if (xml.startsWith('<?', markup)) at = after(xml, '?>', markup + 2)
    else if (xml.startsWith('<![CDATA[', markup) && open.length > 1) {
      at = after(xml, ']]>', markup + 9)
      here.element?.append(xml.slice(markup + 9, at - 3))
    } else if (xml.startsWith('<!', markup)) {
      throw new Error('a document type declaration, which libvirt never writes')
    } else if (xml.startsWith('</', markup)) {
      at = after(xml, '>', markup + 2)
      const name = xml.slice(markup + 2, at - 1).trimEnd()
      if (open.length === 1 || name !== here.name)
        throw new Error(`</${shortened(name)}> closes <${shortened(here.name)}>`)
      if (here.element !== undefined) here.element.end = at
      open.pop()
    } else {
      if (open.length === 1 && ++roots > 1) throw new Error('a second root element')
      const name = tokenAt(xml, nameToken, markup + 1)
      if (name === undefined) throw new Error(`no name after "<" at character ${markup}`)
      const inner =
        here.wanted === everything
          ? everything
          : Object.hasOwn(here.wanted, name)
            ? here.wanted[name]
            : undefined
      const element = here.element === undefined || inner === undefined ? undefined : new Element()
      const tag = readTag(xml, markup + 1 + name.length, element)
      if (element !== undefined) {
        here.element?.add(name, element)
        element.start = markup
        element.tagEnd = tag.end
        element.end = tag.end
      }
      if (!tag.isEmpty) open.push({ name, element, wanted: inner ?? nothing })
      at = tag.end
    }
  }
  if (open.length > 1) throw new Error(`<${shortened(open.at(-1)!.name)}> is not closed`)
  if (roots === 0) throw new Error('no element')
  return document
}

const nameToken = /[^\s<>/="']+/y
const blanks = /\s*/y
const equals = /\s*=\s*/y

/** Reads the attributes from `at` to the end of the tag, and keeps them if there is an `element`. */
function readTag(
  xml: string,
  start: number,
  element: Element | undefined,
): { readonly end: number; readonly isEmpty: boolean } {
  for (let at = start; ; ) {
    at += tokenAt(xml, blanks, at)!.length
    if (xml[at] === '>') return { end: at + 1, isEmpty: false }
    if (xml.startsWith('/>', at)) return { end: at + 2, isEmpty: true }
    const name = tokenAt(xml, nameToken, at)
    const sign = name === undefined ? undefined : tokenAt(xml, equals, at + name.length)
    if (name === undefined || sign === undefined) throw new Error(`a tag is broken at character ${at}`)
    const quoteAt = at + name.length + sign.length
    const quote = xml[quoteAt]
    if (quote !== '"' && quote !== "'") throw new Error(`an attribute is not quoted at character ${quoteAt}`)
    at = after(xml, quote, quoteAt + 1)
    element?.attributes.set(name, resolved(xml.slice(quoteAt + 1, at - 1)))
  }
}

function tokenAt(xml: string, token: RegExp, at: number): string | undefined {
  token.lastIndex = at
  return token.exec(xml)?.[0]
}

/** The position after the next `mark`. */
function after(xml: string, mark: string, from: number): number {
  const at = xml.indexOf(mark, from)
  if (at === -1) throw new Error(`no "${mark}" after character ${from}`)
  return at + mark.length
}

function requireBlank(xml: string, from: number, to: number): void {
  // A byte order mark may come first.
  if (/[^\s\uFEFF]/.test(xml.slice(from, to))) throw new Error('text outside the root element')
}

const shortened = (name: string): string => (name.length > 40 ? `${name.slice(0, 40)}…` : name)

const reference = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi
const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const resolved = (text: string): string => (text.includes('&') ? text.replace(reference, resolve) : text)

function resolve(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return predefined.get(name) ?? whole
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole
}
