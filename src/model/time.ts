// Converts the kernel's nanoseconds and microseconds into seconds, the unit of the metrics.

export function secondsFromNs(nanoseconds: number): number
export function secondsFromNs(nanoseconds: number | undefined): number | undefined
export function secondsFromNs(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1e9
}

export function secondsFromUs(microseconds: number): number {
  return microseconds / 1e6
}
