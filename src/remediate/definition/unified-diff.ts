// The difference of two texts, as `diff --unified` shows it.

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

const context = 3

/** '' if they are the same. Time grows with the product of the lines between the first and the last difference. */
export function unifiedDiff(before: string, after: string): string {
  const lines = compared(before.split('\n'), after.split('\n'))
  const isNear = (at: number): boolean =>
    lines.slice(Math.max(0, at - context), at + context + 1).some(({ sign }) => sign !== ' ')
  let [old, now] = [1, 1]
  const hunks: { readonly old: number; readonly now: number; readonly lines: Line[] }[] = []
  let isOpen = false
  for (const [index, line] of lines.entries()) {
    const shown = isNear(index)
    if (shown && !isOpen) hunks.push({ old, now, lines: [] })
    if (shown) hunks.at(-1)!.lines.push(line)
    isOpen = shown
    if (line.sign !== '+') old += 1
    if (line.sign !== '-') now += 1
  }
  return hunks
    .map(({ old: from, now: to, lines: shown }) => {
      const count = (other: Line['sign']) => shown.filter(({ sign }) => sign !== other).length
      const text = shown.map((line) => `${line.sign}${line.text}\n`).join('')
      return `@@ -${from},${count('+')} +${to},${count('-')} @@\n${text}`
    })
    .join('')
}

function compared(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let rest = 0
  const most = Math.min(before.length, after.length) - start
  while (rest < most && before.at(-1 - rest) === after.at(-1 - rest)) rest += 1
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: ' ', text }))
  return [
    ...same(before.slice(0, start)),
    ...between(before.slice(start, before.length - rest), after.slice(start, after.length - rest)),
    ...same(before.slice(before.length - rest)),
  ]
}

/** By the longest common subsequence. */
function between(before: readonly string[], after: readonly string[]): Line[] {
  const width = after.length + 1
  // The length of the longest common subsequence of the rests that begin at a line of each.
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let old = before.length - 1; old >= 0; old--)
    for (let now = after.length - 1; now >= 0; now--)
      lengths[old * width + now] =
        before[old] === after[now]
          ? lengths[(old + 1) * width + now + 1]! + 1
          : Math.max(lengths[(old + 1) * width + now]!, lengths[old * width + now + 1]!)
  const lines: Line[] = []
  let [old, now] = [0, 0]
  while (old < before.length || now < after.length) {
    if (old < before.length && now < after.length && before[old] === after[now]) {
      lines.push({ sign: ' ', text: before[old]! })
      old += 1
      now += 1
    } else if (
      now >= after.length ||
      (old < before.length && lengths[(old + 1) * width + now]! >= lengths[old * width + now + 1]!)
    ) {
      lines.push({ sign: '-', text: before[old]! })
      old += 1
    } else {
      lines.push({ sign: '+', text: after[now]! })
      now += 1
    }
  }
  return lines
}
