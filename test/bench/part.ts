// What a part of the benchmark is: it measures, reports its progress, and returns tables.

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** One row per case, with as many cells as columns. The first column is text; the others are right-aligned. */
  readonly rows: readonly (readonly string[])[]
  /** What a reader must know to judge the numbers: machine, versions, what one unit is. */
  readonly notes: readonly string[]
}

/** An upper limit that the product promises. `npm run bench` fails if it is missed. */
export interface Target {
  readonly what: string
  readonly limit: number
  readonly measured: number
}

export interface BenchResult {
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
}

/** Reports in one line what the part is doing now. */
export type Progress = (line: string) => void

export interface BenchPart {
  /** One line for `npm run bench -- --help`. */
  readonly description: string
  /** Leaves no process and no file behind, even if it throws. */
  run(progress: Progress): Promise<BenchResult>
}
