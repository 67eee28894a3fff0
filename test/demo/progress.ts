// Shows the current step with the seconds since the start. On a terminal it is one line that is updated every second;
// otherwise there is one line for each step.

export interface Progress {
  step(what: string): void
  /** Prints a line that stays. */
  say(line: string): void
  end(): void
}

export function showProgress(stream: NodeJS.WriteStream): Progress {
  const begun = performance.now()
  let current = ''
  const timed = (what: string): string => {
    const seconds = Math.round((performance.now() - begun) / 1000)
    return `${String(seconds).padStart(4)} s  ${what}`
  }
  const draw = (): void => {
    if (stream.isTTY && current !== '') stream.write(`\r${timed(current).slice(0, stream.columns - 1)}\x1b[K`)
  }
  const erase = (): void => {
    if (stream.isTTY) stream.write('\r\x1b[K')
  }
  const timer = stream.isTTY ? setInterval(draw, 1000) : undefined
  return {
    step(what) {
      current = what
      if (stream.isTTY) draw()
      else stream.write(`${timed(what)}\n`)
    },
    say(line) {
      erase()
      stream.write(`${line}\n`)
      draw()
    },
    end() {
      clearInterval(timer)
      erase()
      current = ''
    },
  }
}
