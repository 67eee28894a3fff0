// Numbers that stand for words.
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

/** By value: the word and its colour. */
export const words = (
  byValue: Readonly<Record<string, readonly [text: string, color: string]>>,
): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(byValue).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  },
]
