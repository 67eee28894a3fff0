// Figures as the JSON has them: four digits, which is more than a look of five seconds can tell, and null for what is
// not known.

import type { Series } from '../observe/timeline.ts'
import type { Points } from './live-document.ts'

export function figure(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : shortened(value)
}

/** Near 1 a share's distance from it is what matters: 0.9998 is not 1. */
export function shareFigure(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Math.round(value * 1e5) / 1e5
}

export function points(series: Series, slots: readonly number[]): Points {
  return slots.map((slot) => figure(series.at(slot)))
}

/** Whole numbers from a thousand on are kept whole: a rate's digits are not its size. */
function shortened(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4))
}
