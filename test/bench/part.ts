// What a part of the benchmark is: it measures, says what it is doing, and hands back tables.

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** One row per case, as many cells as columns. The first column is text; the others are set right-aligned. */
  readonly rows: readonly (readonly string[])[]
  /** What a reader must know to judge the numbers: machine, versions, what one unit is. */
  readonly notes: readonly string[]
}

/** A bound that the product promises. One that is missed makes `npm run bench` fail. */
export interface Target {
  readonly what: string
  readonly limit: number
  readonly measured: number
}

export interface BenchResult {
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
}

/** Says in one line what is being done now. */
export type Progress = (line: string) => void

export interface BenchPart {
  /** One line for `npm run bench -- --help`. */
  readonly description: string
  /** Leaves no process and no file behind, also when it throws. */
  run(progress: Progress): Promise<BenchResult>
}
