// Selectors of PromQL.

import type { Labels } from '../api/answer.ts'

/** A label value or a regular expression as a string of PromQL. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** `labels` and what the operator gave by --match, as matchers. */
export function matchers(labels: Labels, given: readonly string[]): string {
  return [...Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`), ...given].join(',')
}
