// The times of the last samples, and series with one value for each of them. They are rings of a fixed size, so memory is
// bounded and hardly anything is allocated as time goes on.

/** When samples were taken. A series of this timeline has the value of a sample in the slot of that sample. */
export class Timeline {
  readonly points: number
  readonly #at: Float64Array
  /** Seconds since the previous sample; NaN for the first one. */
  readonly #seconds: Float64Array
  #count = 0

  /** `points` is how many samples are kept. */
  constructor(points: number) {
    this.points = points
    this.#at = new Float64Array(points)
    this.#seconds = new Float64Array(points)
  }

  /** `seconds` is the time since the previous sample. The new sample takes the slot of the oldest one. */
  add(at: number, seconds: number): void {
    const slot = this.#count % this.points
    this.#at[slot] = at
    this.#seconds[slot] = seconds
    this.#count++
  }

  get length(): number {
    return Math.min(this.#count, this.points)
  }

  /** The slot of the last sample. */
  get slot(): number {
    return (this.#count - 1) % this.points
  }

  /** When the sample in `slot` was taken, seconds since the Unix epoch. */
  at(slot: number): number {
    return this.#at[slot]!
  }

  /** The slots of the samples after `since`, oldest first. */
  since(since: number): number[] {
    return this.#slots().filter((slot) => this.#at[slot]! > since)
  }

  /** The slots of the last samples that together cover about `seconds`, oldest first. Always includes the last sample. */
  window(seconds: number): number[] {
    let sum = 0
    const first = this.#slots().findLastIndex((slot) => {
      sum += this.#seconds[slot]!
      return sum >= seconds
    })
    return this.#slots().slice(Math.max(0, first))
  }

  /** The mean of a series, weighted by the time that each sample covers, without gaps; undefined if there are only gaps. */
  mean(series: Series, slots: readonly number[]): number | undefined {
    let sum = 0
    let weight = 0
    // By index rather than for-of, because this runs six times per VM and sample.
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!
      const value = series.at(slot)
      if (Number.isNaN(value)) continue
      sum += value * this.#seconds[slot]!
      weight += this.#seconds[slot]!
    }
    return weight > 0 ? sum / weight : undefined
  }

  #slots(): number[] {
    const { length } = this
    return Array.from({ length }, (_, index) => (this.#count - length + index) % this.points)
  }
}

export class Series {
  readonly #values: Float32Array

  /** `points` must be that of the timeline. */
  constructor(points: number) {
    this.#values = new Float32Array(points).fill(Number.NaN)
  }

  /** undefined leaves a gap. */
  set(slot: number, value: number | undefined): void {
    this.#values[slot] = value ?? Number.NaN
  }

  /** NaN for a gap. */
  at(slot: number): number {
    return this.#values[slot]!
  }
}
