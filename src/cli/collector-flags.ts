// Which collectors run, from their defaults, `--collector.<name>`, `--no-collector.<name>` and
// `--collector.disable-defaults`.
import type { Collector } from '../collectors/collector.ts'

export const collectorFlag = (name: string): string => `collector.${name}`

export function chooseCollectors(
  collectors: readonly Collector[],
  choices: ReadonlyMap<string, boolean>,
  hasOnlyChosen: boolean,
): Collector[] {
  return collectors.filter(
    ({ name, enabledByDefault }) => choices.get(name) ?? (enabledByDefault && !hasOnlyChosen),
  )
}
