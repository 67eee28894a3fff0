// What a PromQL expression of ours selects. Not a parser: promtool is; this only finds names and matchers in text
// that is known to parse.

export interface Selector {
  readonly metric: string
  /** Between the braces; empty where there are none. */
  readonly matchers: string
  /** The function around it without anything between, such as rate. */
  readonly directlyIn: string | undefined
  /** In square brackets behind it. */
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
