// CHANGELOG.md as Debian writes changelogs.
import { maintainer } from './names.ts'
import { readSource } from './sources.ts'

/** Such as `Wed, 22 Nov 2023 10:00:00 +0000`. */
const rfcDate = (seconds: number): string => new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')

/** Lines of at most 78 columns, the first behind `first`, the others behind as many blanks. */
function wrapped(text: string, first: string): string {
  const lines = [first]
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line.length + 1 + word.length > 78 && line.trim() !== first.trim()) {
      lines.push(`${' '.repeat(first.length)} ${word}`)
    } else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}

/**
 * One entry for each release of CHANGELOG.md. The newest has the version that is being packaged; older ones their own.
 * CHANGELOG.md has no times, so all have that of the sources.
 */
export function changelog(packageName: string, version: string, date: number): string {
  const [, ...releases] = readSource('CHANGELOG.md').split(/^## /m)
  return releases
    .map((text, index) => {
      const [title = '', ...lines] = text.split('\n')
      const changes = lines
        .filter((line) => line.startsWith('- '))
        .map((line) => wrapped(line.slice(2), '  *'))
      const released = index === 0 ? version : title.split(' ')[0]
      return [
        `${packageName} (${released}) stable; urgency=medium`,
        changes.join('\n'),
        ` -- ${maintainer}  ${rfcDate(date)}\n`,
      ].join('\n\n')
    })
    .join('\n')
}
