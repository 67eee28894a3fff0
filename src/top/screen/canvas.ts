// The lines on the screen. Writes only those that have changed.

export class Canvas {
  readonly #write: (text: string) => void
  #shown: string[] = []

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** Forgets what is on the screen, so that all of it is written next time. */
  forget(): void {
    this.#shown = []
  }

  /** `rows` is the height of the screen; `lines` beyond it are not shown. */
  draw(lines: readonly string[], rows: number): void {
    let text = this.#shown.length === 0 ? '\x1b[0m\x1b[2J' : ''
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? ''
      if (this.#shown[row] === line) continue
      text += `\x1b[${row + 1};1H\x1b[2K${line}`
      this.#shown[row] = line
    }
    this.#shown.length = rows
    if (text !== '') this.#write(text)
  }
}
