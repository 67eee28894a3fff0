// What a PromQL expression of ours selects. This is not a parser, because promtool is one: it only finds names and
// matchers in text that is known to be valid.

export interface Selector {
  readonly metric: string
  /** The text between the braces; empty if there are none. */
  readonly matchers: string
  /** The function that directly encloses the selector, such as rate. */
  readonly directlyIn: string | undefined
  /** The text in square brackets after the selector. */
  readonly range: string | undefined
}

const selector =
  /(?:\b(?<directlyIn>\w+)\()?(?<![\w:$"])(?<metric>[a-zA-Z_:][\w:]*)(?:\{(?<matchers>(?:[^}"]|"(?:[^"\\]|\\.)*")*)\})?(?:\[(?<range>[^\]]*)\])?(?!\s*\(|[\w:])/g

const words = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan'])
const labelLists = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g

export function selectors(expr: string): Selector[] {
  return [...expr.replace(labelLists, ' ').matchAll(selector)]
    .map(({ groups }) => groups as unknown as Selector)
    .filter(({ metric }) => !words.has(metric.toLowerCase()))
    .map((found) => ({ ...found, matchers: found.matchers ?? '' }))
}
