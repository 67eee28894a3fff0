// Where each row of /proc/taskinfo starts, and its two keys. Reused from scrape to scrape, because arrays of 12,000 rows
// that grow at each scrape were the largest part of its garbage.

export class RowIndex {
  #count = 0
  /** The offset of each row's first byte. */
  starts = new Uint32Array(1024)
  tgids = new Float64Array(1024)
  tids = new Float64Array(1024)

  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#count = 0
  }

  add(start: number, tgid: number, tid: number): void {
    if (this.#count === this.starts.length) this.#grow()
    this.starts[this.#count] = start
    this.tgids[this.#count] = tgid
    this.tids[this.#count] = tid
    this.#count++
  }

  #grow(): void {
    const { starts, tgids, tids } = this
    const length = starts.length * 2
    this.starts = new Uint32Array(length)
    this.tgids = new Float64Array(length)
    this.tids = new Float64Array(length)
    this.starts.set(starts)
    this.tgids.set(tgids)
    this.tids.set(tids)
  }
}
