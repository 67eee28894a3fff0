// Turns YAML text into a validated value, or throws an error that names file, line and key. A message never quotes the
// text, because it may contain a secret.
import { type Document, isMap, LineCounter, type Pair, type ParsedNode, parseDocument, visit } from 'yaml'
import type { $ZodIssue, $ZodType } from 'zod/v4/core'
import { safeParse } from 'zod/v4/core'
import { KvminfoError } from '../errors.ts'
import { readScalar } from './yaml-scalar.ts'

type Path = readonly PropertyKey[]

function keyOffset(pair: Pair): number | undefined {
  return (pair.key as ParsedNode | null)?.range?.[0]
}

/** The offset of the key at `path`. A missing key has no offset, so this is the offset of the nearest node around it. */
function offsetOf(root: unknown, path: Path): number {
  let node = root
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => String(item.key) === String(step))
      if (pair === undefined) return offset
      offset = keyOffset(pair) ?? offset
      node = pair.value
    } else {
      node = (node as { items?: unknown[] } | null)?.items?.[Number(step)]
      offset = (node as ParsedNode | undefined)?.range?.[0] ?? offset
    }
  }
  return offset
}

/** Scalars are made before aliases are followed, so that an alias shares the scalar of its anchor. */
function plainValue(document: Document.Parsed): unknown {
  visit(document, {
    Scalar(key, node) {
      if (key !== 'key') node.value = readScalar(node)
    },
  })
  return document.toJS() ?? {}
}

function describeIssue(issue: $ZodIssue): { path: Path; message: string } {
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0]!], message: 'unknown key' }
  }
  const [, wanted] = /expected (.*), received undefined$/.exec(issue.message) ?? []
  return { path: issue.path, message: wanted === undefined ? issue.message : `missing; expected ${wanted}` }
}

/** A `---` with nothing behind it, which would begin a second document. */
const trailingMarker = /\n---\s*$/

/**
 * `go`: as programs in Go read YAML; the schema gets scalars as YamlScalar or null and decides their types. `core`: as YAML
 * 1.2 says; the schema gets texts, numbers and booleans.
 */
export type YamlTypes = 'go' | 'core'

/**
 * `name` is the name of the file, for the message. The schema gets maps as objects and lists as arrays; an empty text as an
 * empty map. Throws CONFIG_INVALID for the first problem.
 */
export function parseYaml<Output>(
  text: string,
  schema: $ZodType<Output>,
  name: string,
  types: YamlTypes = 'go',
): Output {
  const lines = new LineCounter()
  const document = parseDocument(text.replace(trailingMarker, '\n'), {
    ...(types === 'go' ? { schema: 'failsafe', merge: true } : {}),
    prettyErrors: false,
    lineCounter: lines,
  })
  const lineAt = (offset: number): number => lines.linePos(offset).line

  // Unknown tags are no problem, because readScalar interprets the tags.
  const [problem] = [...document.errors, ...document.warnings].filter(
    ({ code }) => code !== 'TAG_RESOLVE_FAILED',
  )
  if (problem !== undefined) {
    const what = problem.code.toLowerCase().replaceAll('_', ' ')
    throw new KvminfoError('CONFIG_INVALID', `${name}:${lineAt(problem.pos[0])}: not valid YAML: ${what}`)
  }

  let value: unknown
  try {
    value = types === 'go' ? plainValue(document) : (document.toJS() ?? {})
  } catch {
    // The original error is dropped because its message quotes the text.
    throw new KvminfoError('CONFIG_INVALID', `${name}: not valid YAML: an alias has no anchor`)
  }
  const result = safeParse(schema, value)
  if (result.success) return result.data
  const { path, message } = describeIssue(result.error.issues[0]!)
  const line = lineAt(offsetOf(document.contents, path))
  const key = path.map(String).join('.')
  throw new KvminfoError('CONFIG_INVALID', `${name}:${line}: ${key === '' ? '' : `${key}: `}${message}`)
}
