// What a report says, whatever its form: sections with texts, tables and plots. HTML, Markdown and CSV are made from it.

/** A figure is shown as `text`; CSV has `value`. */
export type Cell = string | { readonly text: string; readonly value: number | null }

export interface Table {
  /** For `--table`, such as `vms`. Tables behind plots have none. */
  readonly id?: string
  readonly caption: string
  readonly columns: readonly { readonly name: string; readonly isNumber?: boolean }[]
  readonly rows: readonly (readonly Cell[])[]
  /** Shown in place of a table without rows. */
  readonly empty: string
  /** In HTML a long one is closed until a reader opens it. */
  readonly isLong?: boolean
}

interface Line {
  readonly name: string
  readonly style: 'solid' | 'dashed' | 'dotted'
  /** null interrupts the line. */
  readonly points: readonly { readonly time: number; readonly value: number | null }[]
}

export interface LinePlot {
  readonly kind: 'lines'
  readonly lines: readonly Line[]
  readonly limit: { readonly name: string; readonly value: number } | undefined
  /** The trend, from the middle of the data to where it ends. */
  readonly trend: readonly { readonly time: number; readonly value: number }[]
  /** Of the axis. */
  readonly text: (value: number) => string
}

/** Bars with a range each, longest first. */
export interface RangePlot {
  readonly kind: 'ranges'
  readonly rows: readonly {
    readonly name: string
    readonly whole: number
    readonly low: number
    readonly high: number
  }[]
  readonly wholeName: string
  readonly rangeName: string
  readonly text: (value: number) => string
}

/** Counts that add up, by time. */
export interface StackPlot {
  readonly kind: 'stack'
  readonly names: readonly string[]
  readonly days: readonly { readonly time: number; readonly counts: readonly number[] }[]
}

export interface Figure {
  readonly title: string
  /** What the plot shows, in a sentence, for people who do not see it. */
  readonly description: string
  readonly plot: LinePlot | RangePlot | StackPlot
  /** The values of the plot. */
  readonly table: Table
}

export interface Section {
  readonly id: string
  readonly title: string
  readonly texts: readonly string[]
  readonly figures: readonly Figure[]
  readonly tables: readonly Table[]
  readonly sections?: readonly Section[]
}

export const number = (value: number | null, text: (value: number) => string): Cell =>
  value === null ? { text: '–', value: null } : { text: text(value), value }
