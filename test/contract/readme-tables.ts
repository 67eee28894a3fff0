// The README's tables that list what the code has, made from the code.

import { serveFlags } from '../../src/cli/serve-flags.ts'
import { collectors } from '../../src/collectors/index.ts'
import { errorCodes } from '../../src/errors.ts'
import { catalog } from '../../src/metrics/catalog.ts'

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string) => `\`${text}\``

/** By the name that stands in the README's `<!-- name -->` … `<!-- /name -->`. */
const tables: Readonly<Record<string, () => string>> = {
  metrics: () =>
    table(
      ['metric', 'type', 'labels', 'meaning'],
      catalog.map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(' '), help]),
    ),
  flags: () =>
    table(
      ['flag', 'default', 'meaning'],
      Object.values(serveFlags).map((flag) => [
        code(`--${flag.name}${flag.argument === undefined ? '' : `=${flag.argument}`}`),
        flag.defaults.map(code).join(' '),
        flag.description,
      ]),
    ),
  collectors: () =>
    table(
      ['collector', 'default', 'gives'],
      collectors.map(({ name, enabledByDefault, description }) => [
        code(name),
        enabledByDefault ? 'on' : 'off',
        description,
      ]),
    ),
  errors: () =>
    table(
      ['code', 'meaning'],
      Object.entries(errorCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
}

/** Replaces what stands between the marks; throws where a mark is missing. */
export function fillTables(readme: string): string {
  return Object.entries(tables).reduce((text, [name, make]) => {
    const open = `<!-- ${name} -->\n`
    const close = `\n<!-- /${name} -->`
    const start = text.indexOf(open)
    const end = text.indexOf(close, start)
    if (start < 0 || end < 0) throw new Error(`README.md has no ${open.trim()} … ${close.trim()}`)
    return text.slice(0, start + open.length) + make() + text.slice(end)
  }, readme)
}
