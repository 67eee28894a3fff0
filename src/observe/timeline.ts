// The times of the last samples, and series of one value for each of them. They are rings of a fixed size, so that memory
// is bounded and hardly anything is allocated as time goes on.

/** When looks were taken. All series of a timeline have their figures in the same slots. */
export class Timeline {
  readonly points: number
  readonly #at: Float64Array
  /** Seconds since the look before; NaN for the first. */
  readonly #seconds: Float64Array
  #count = 0

  /** `points` is how many samples are kept. */
  constructor(points: number) {
    this.points = points
    this.#at = new Float64Array(points)
    this.#seconds = new Float64Array(points)
  }

  /** `seconds` since the look before. The new look takes the slot of the oldest one. */
  add(at: number, seconds: number): void {
    const slot = this.#count % this.points
    this.#at[slot] = at
    this.#seconds[slot] = seconds
    this.#count++
  }

  get length(): number {
    return Math.min(this.#count, this.points)
  }

  /** Slot of the last look. */
  get slot(): number {
    return (this.#count - 1) % this.points
  }

  at(slot: number): number {
    return this.#at[slot]!
  }

  /** Slots of the looks later than `since`, oldest first. */
  since(since: number): number[] {
    return this.#slots().filter((slot) => this.#at[slot]! > since)
  }

  /** Slots of the last looks that together lasted about `seconds`, oldest first; the last one in any case. */
  window(seconds: number): number[] {
    let sum = 0
    const first = this.#slots().findLastIndex((slot) => {
      sum += this.#seconds[slot]!
      return sum >= seconds
    })
    return this.#slots().slice(Math.max(0, first))
  }

  /** The figure's mean by how long each look lasted, gaps left out; undefined where there is nothing else. */
  mean(series: Series, slots: readonly number[]): number | undefined {
    let sum = 0
    let weight = 0
    // By index and not by for-of: run six times for each VM at each look.
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

  /** `points` as for the timeline. */
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
