// Figures in the JSON: four digits, which is more than samples five seconds apart can resolve, and null for what is not
// known.

import type { Series } from '../observe/timeline.ts'
import type { Points } from './live-document.ts'

export function figure(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : shortened(value)
}

/** Five decimals, because near 1 the distance from 1 matters: 0.9998 is not 1. */
export function shareFigure(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Math.round(value * 1e5) / 1e5
}

export function points(series: Series, slots: readonly number[]): Points {
  return slots.map((slot) => figure(series.at(slot)))
}

/** Numbers from 1000 on are rounded to whole numbers rather than to four digits. */
function shortened(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4))
}
