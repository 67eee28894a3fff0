// Numbers that stand for words, and what stands for no number.
import { MappingType, SpecialValueMatch, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

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

/** No value, in the colour of text: the colours by value would give it that of the lowest. */
export const nothing = (text: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text, color: 'text', index: 99 } },
})
