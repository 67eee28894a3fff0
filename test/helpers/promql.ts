// Finds metric names and matchers in a PromQL expression of this project. This is not a parser: it only works on text
// that promtool has parsed.

export interface Selector {
  readonly metric: string
  /** The text between the braces, or empty if there are none. */
  readonly matchers: string
  /** The function that is called with this selector alone, such as rate. */
  readonly directlyIn: string | undefined
  /** The text in square brackets after it. */
  readonly range: string | undefined
  /** The text of its modifier `@ end()`. */
  readonly atEnd: string | undefined
}

const selector =
  /(?:\b(?<directlyIn>\w+)\()?(?<![\w:$"])(?<metric>[a-zA-Z_:][\w:]*)(?:\{(?<matchers>(?:[^}"]|"(?:[^"\\]|\\.)*")*)\})?(?:\[(?<range>[^\]]*)\])?(?<atEnd> @ end\(\))?(?!\s*\(|[\w:])/g

const words = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan'])
const labelLists = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g

export function selectors(expr: string): Selector[] {
  return [...expr.replace(labelLists, ' ').matchAll(selector)]
    .map(({ groups }) => groups as unknown as Selector)
    .filter(({ metric }) => !words.has(metric.toLowerCase()))
    .map((found) => ({ ...found, matchers: found.matchers ?? '' }))
}
