// A trend in words.
import type { Trend } from '../document.ts'
import { dateText, daysText } from '../format.ts'
import { fewestDays, reach } from '../statistics/forecast.ts'

export function trendText(trend: Trend, text: (value: number) => string): string {
  const perDay = `${(trend.slope ?? 0) < 0 ? '−' : '+'}${text(Math.abs(trend.slope ?? 0))} a day`
  switch (trend.outcome) {
    case 'too-little-data':
      return `no forecast: ${trend.known} known days, ${fewestDays} needed`
    case 'reached':
      return `at ${text(trend.level!)}, past the limit now`
    case 'unclear':
      return 'no trend that can be told from chance'
    case 'away':
      return `moves away from the limit (${perDay})`
    case 'far':
      return `${perDay}; later than ${reach} times the range, which is as far as it can tell`
    case 'expected':
      return `in ${daysText(trend.days!)} (${perDay}; 90 %: ${dateText(trend.dateLow!)} to ${dateText(trend.dateHigh!)})`
  }
}
