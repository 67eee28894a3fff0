// Fits a straight line to points.

export interface Line {
  /** The value at 0. */
  readonly start: number
  readonly rise: number
}

/** By least squares. Needs at least two points with different x. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const meanX = mean(([x]) => x)
  const meanY = mean(([, y]) => y)
  const rise = mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2)
  return { start: meanY - rise * meanX, rise }
}
