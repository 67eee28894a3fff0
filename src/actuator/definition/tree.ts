// A domain's definition as plain data, for comparisons. Stricter than XML: what libvirt never prints is refused, so that
// this program and libvirt cannot read the same text in two ways.
import { KvminfoError } from '../../errors.ts'
import { type Element, everything, readXml } from '../../sources/libvirt-status/xml.ts'

export interface Tree {
  readonly name: string
  /** Sorted by name. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
  /** Empty if it is only blanks. */
  readonly text: string
  readonly children: readonly Tree[]
}

/** A VM with hundreds of devices has some thousand. Each costs time, and whoever asks must not keep the actuator busy. */
const maxTags = 40_000

/** libvirt's own elements are ten deep; metadata of other programs and backing chains may be deeper. */
const maxDepth = 500

/** Throws SOURCE_MALFORMED, whose message says what is wrong. The result is the element `domain`. */
export function parseDefinition(xml: string): Tree {
  try {
    return parse(xml)
  } catch (cause) {
    throw new KvminfoError('SOURCE_MALFORMED', `not a definition: ${(cause as Error).message}`, { cause })
  }
}

function parse(xml: string): Tree {
  if (xml.split('<', maxTags + 1).length > maxTags) throw new Error(`more than ${maxTags} tags`)
  if (!xml.isWellFormed()) throw new Error('half a surrogate pair')
  // An XML declaration could name another encoding, in which the text says something else.
  const markup = /<[!?]/.exec(xml)
  if (markup !== null) throw new Error('a comment, a CDATA section, a declaration or an instruction')
  for (const character of xml) if (isControl(character)) throw new Error('a control character')
  const [root] = readXml(xml, everything).children()
  if (root?.[0] !== 'domain') throw new Error('the root element is not <domain>')
  return treeOf(root[0], root[1], 0)
}

const isControl = (character: string): boolean => {
  const code = character.codePointAt(0)!
  return (
    (code < 32 && character !== '\n' && character !== '\t') ||
    code === 127 ||
    code === 0xfffe ||
    code === 0xffff
  )
}

function treeOf(name: string, element: Element, depth: number): Tree {
  if (depth > maxDepth) throw new Error(`more than ${maxDepth} elements deep`)
  const attributes = [...element.attributes].sort(([a], [b]) => (a < b ? -1 : 1))
  // XML makes blanks of literal line ends there, and keeps those that are written as references.
  const odd = attributes.find(([, value]) => /[\t\n\r]/.test(value))
  if (odd !== undefined) throw new Error(`the attribute ${odd[0]} of <${name}> has a line end or a tab`)
  return {
    name,
    attributes,
    text: element.text.trim() === '' ? '' : element.text,
    children: element.children().map(([child, inner]) => treeOf(child, inner, depth + 1)),
  }
}

export const childOf = (tree: Tree, name: string): Tree | undefined =>
  tree.children.find((child) => child.name === name)

export const attributeOf = (tree: Tree | undefined, name: string): string | undefined =>
  tree?.attributes.find(([key]) => key === name)?.[1]

export const withoutChildren = (tree: Tree, name: string): Tree => ({
  ...tree,
  children: tree.children.filter((child) => child.name !== name),
})

export const withoutAttributes = (tree: Tree, ...names: readonly string[]): Tree => ({
  ...tree,
  attributes: tree.attributes.filter(([key]) => !names.includes(key)),
})

/** With each child replaced, or removed if the result is undefined. */
export const mapChildren = (tree: Tree, change: (child: Tree) => Tree | undefined): Tree => ({
  ...tree,
  children: tree.children.flatMap((child) => change(child) ?? []),
})
