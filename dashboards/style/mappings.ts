// Words that are shown instead of a number, or instead of no number.
import { MappingType, SpecialValueMatch, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

/** The word and its colour for each value. */
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

/** The text for no value, in the colour of text. Without this, it would get the colour of the lowest value. */
export const nothing = (text: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text, color: 'text', index: 99 } },
})
