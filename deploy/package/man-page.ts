// Man pages in the macros of man(7), generated from the program's definitions.
import type { CommandPage, Term } from './command-line.ts'
import { defaultsFile, documentation, exporterPackage, sharedDirectory } from './names.ts'

/**
 * Text that roff prints as it is: no escape, no request at the beginning of a line, and hyphens
 * and quotation marks that can be copied into a shell.
 */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll(/^\./gm, '\\&.')
}

/** `--name <argument>` with the argument in italics. */
const term = (text: string): string =>
  escaped(text)
    .replaceAll(/<([^>]*)>/g, '<\\fI$1\\fB>')
    .replace(/^(.*)$/, '\\fB$1\\fR')

const list = (terms: readonly Term[]): string[] =>
  terms.flatMap((entry) => ['.TP', term(entry.term), escaped(entry.description)])

type Kind = 'heading' | 'shown' | 'text'

const kindOf = (line: string): Kind =>
  line.startsWith(' ') ? 'shown' : line.endsWith(':') ? 'heading' : 'text'

/** Lines of one kind that belong together. A blank line ends a paragraph of text. */
function blocksOf(text: string): { readonly kind: Kind; readonly lines: string[] }[] {
  const blocks: { kind: Kind; lines: string[] }[] = []
  let isNew = true
  for (const line of text.split('\n')) {
    const last = blocks.at(-1)
    const kind = kindOf(line)
    if (line !== '') {
      if (last?.kind !== kind || kind === 'heading' || (kind === 'text' && isNew))
        blocks.push({ kind, lines: [line] })
      else last.lines.push(line)
    }
    isNew = line === ''
  }
  return blocks
}

const isAboutExit = (text: string): boolean => text.startsWith('Exit codes')

/** What `--help` prints below the options, and apart from it the paragraph about exit codes, if there is one. */
function sections(text: string): {
  readonly lines: readonly string[]
  readonly exitCodes: string | undefined
} {
  const lines: string[] = []
  let exitCodes: string | undefined
  for (const block of blocksOf(text)) {
    const whole = block.lines.join('\n')
    if (block.kind === 'heading') lines.push(`.SH ${escaped(whole.slice(0, -1).toUpperCase())}`)
    else if (block.kind === 'shown')
      lines.push(
        '.nf',
        '.RS 2',
        ...block.lines.map((line) => escaped(line.replace(/^ {2}/, ''))),
        '.RE',
        '.fi',
      )
    else if (isAboutExit(whole)) exitCodes = whole
    else lines.push('.PP', escaped(whole))
  }
  return { lines, exitCodes }
}

/** `kvminfo serve` has the page kvminfo-serve(1). */
export const pageName = ({ name }: CommandPage): string => name.replaceAll(' ', '-')

const flagsOf = (path: string): Term => ({
  term: path,
  description: 'The flags of the service, as ARGS="...".',
})

const policy: Term = {
  term: '/etc/kvminfo-remediate/policy.yml',
  description: 'What may be changed on this host.',
}

/** Files of single commands. */
const ownFiles: Readonly<Record<string, readonly Term[]>> = {
  'kvminfo serve': [flagsOf(`/${defaultsFile}`)],
  'kvminfo remediate': [
    flagsOf('/etc/default/kvminfo-remediate'),
    policy,
    { term: '/var/lib/kvminfo-remediate', description: 'The journal.' },
    {
      term: '/run/kvminfo/remediation.stop',
      description: 'The kill switch: nothing is changed while it exists.',
    },
  ],
  'kvminfo actuate': [
    flagsOf('/etc/default/kvminfo-actuate'),
    policy,
    { term: '/run/kvminfo/leases', description: 'Until when VMs may have a real-time policy.' },
  ],
}

const files: readonly Term[] = [
  {
    term: `/${sharedDirectory}`,
    description: 'Rules, alerts and runbooks for Prometheus; dashboards for Grafana.',
  },
  { term: `/${documentation(exporterPackage)}`, description: 'README.md and examples.' },
]

const exitStatus: readonly Term[] = [
  { term: '0', description: 'Success.' },
  { term: '1', description: 'The program failed; the last line of the log says why.' },
  { term: '2', description: 'A flag or the configuration is wrong.' },
]

/** The options of the commands below it, each once. Those with the same name mean the same. */
function optionsBelow({ options, below }: CommandPage): string[] {
  const own = new Set(options.map((option) => option.term))
  const all = below.flatMap((command) => command.options).filter((option) => !own.has(option.term))
  if (all.length === 0) return []
  const unique = new Map(all.map((option) => [option.term, option]))
  return ['.SH OPTIONS OF ITS COMMANDS', ...list([...unique.values()])]
}

/** The page of one command; `pages` are all, for SEE ALSO. `date` in seconds since the Unix epoch. */
export function manPage(
  page: CommandPage,
  pages: readonly CommandPage[],
  version: string,
  date: number,
): string {
  const day = new Date(date * 1000).toISOString().slice(0, 10)
  const others = pages.filter((other) => other !== page).map((other) => `.BR ${escaped(pageName(other))} (1)`)
  const below = sections(page.after)
  // whatis(1) wants one line without a full stop.
  const summary = page.description.split('\n', 1)[0]!.replace(/\.$/, '')
  return [
    '.\\" Generated from the definitions of the command line; see deploy/package.',
    `.TH ${escaped(pageName(page).toUpperCase())} 1 "${day}" "${exporterPackage} ${version}" "User Commands"`,
    // Flags and addresses are neither hyphenated nor stretched.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${escaped(pageName(page))} \\- ${escaped(summary)}`,
    '.SH SYNOPSIS',
    term(page.usage),
    '.SH DESCRIPTION',
    escaped(page.description),
    ...(page.commands.length === 0 ? [] : ['.SH COMMANDS', ...list(page.commands)]),
    '.SH OPTIONS',
    ...list(page.options),
    ...optionsBelow(page),
    ...below.lines,
    '.SH EXIT STATUS',
    ...(below.exitCodes === undefined ? list(exitStatus) : [escaped(below.exitCodes)]),
    '.SH FILES',
    ...list([...(ownFiles[page.name] ?? []), ...files]),
    '.SH SEE ALSO',
    others.join(' ,\n'),
    '',
  ].join('\n')
}
