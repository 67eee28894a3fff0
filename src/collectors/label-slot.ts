// One label set that hardly ever changes, such as that of an info metric. It is rendered again only if a field that it
// is made from has changed.
import { type LabelBytes, noLabels, renderLabels } from '../metrics/labels.ts'

export type LabelValues = Readonly<Record<string, string | number>>

export class LabelSlot<Source extends object> {
  readonly #labels: (source: Source) => LabelValues
  #last: Source | undefined
  #bytes: LabelBytes = noLabels

  /** `labels` may use the fields of the source and constants, because only a changed field renders the set again. */
  constructor(labels: (source: Source) => LabelValues) {
    this.#labels = labels
  }

  render(source: Source): LabelBytes {
    if (this.#last === undefined || !hasSameFields(source, this.#last)) {
      this.#last = source
      this.#bytes = renderLabels(this.#labels(source))
    }
    return this.#bytes
  }
}

function hasSameFields<Source extends object>(a: Source, b: Source): boolean {
  if (a === b) return true
  for (const name in a) if (a[name] !== b[name]) return false
  // An optional field may be absent from one of them.
  for (const name in b) if (!(name in a)) return false
  return true
}
