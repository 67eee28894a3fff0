// The tables in the README files that list metrics, flags, collectors and error codes, generated from the code.
import { actuateFlags } from '../../src/cli/actuate-flags.ts'
import { doctorFlags } from '../../src/cli/doctor-flags.ts'
import type { Flags } from '../../src/cli/flag.ts'
import { remediateFlags } from '../../src/cli/remediate-flags.ts'
import { reportFlags } from '../../src/cli/report-flags.ts'
import { serveFlags } from '../../src/cli/serve-flags.ts'
import { topFlags } from '../../src/cli/top-flags.ts'
import { ksmFlags, schedFlags, tuneFlags } from '../../src/cli/tune-flags.ts'
import { collectors } from '../../src/collectors/index.ts'
import { checks } from '../../src/doctor/checks/index.ts'
import { errorCodes } from '../../src/errors.ts'
import { catalog } from '../../src/metrics/catalog.ts'
import type { Metric } from '../../src/metrics/metric.ts'
import { remediationCatalog } from '../../src/metrics/remediation.ts'
import { taskColumns } from '../../src/top/view/task-columns.ts'
import { vmColumns } from '../../src/top/view/vm-columns.ts'

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string) => `\`${text}\``

const flagTable = (flags: Flags) =>
  table(
    ['flag', 'default', 'meaning'],
    Object.values(flags).map((flag) => [
      code(`--${flag.name}${flag.argument === undefined ? '' : `=${flag.argument}`}`),
      flag.defaults.map(code).join(' '),
      flag.description,
    ]),
  )

/** Without those that all commands of `kvminfo tune` have. */
const ownFlags = (flags: Flags): Flags =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => !Object.hasOwn(tuneFlags, name)))

const columnTable = (columns: readonly { id: string; title: string; hint: string }[]) =>
  table(
    ['ID', 'title', 'meaning'],
    columns.map(({ id, title, hint }) => [code(id), title, hint]),
  )

const metricTable = (metrics: readonly Metric[]) =>
  table(
    ['metric', 'type', 'labels', 'meaning'],
    metrics.map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(' '), help]),
  )

/** By the name in the markers `<!-- name -->` … `<!-- /name -->`. */
const tables = {
  metrics: () => metricTable(catalog),
  'remediation metrics': () => metricTable(remediationCatalog),
  flags: () => flagTable(serveFlags),
  'flags of actuate': () => flagTable(actuateFlags),
  'flags of remediate': () => flagTable(remediateFlags),
  'flags of doctor': () => flagTable(doctorFlags),
  'flags of report': () => flagTable(reportFlags),
  'flags of tune': () => flagTable(tuneFlags),
  'flags of tune sched': () => flagTable(ownFlags(schedFlags)),
  'flags of tune ksm': () => flagTable(ownFlags(ksmFlags)),

  'flags of top': () => flagTable(topFlags),
  'columns of VMs': () => columnTable(vmColumns),
  'columns of tasks': () => columnTable(taskColumns),
  checks: () =>
    table(
      ['check', 'what it looks at'],
      checks.map(({ name, description }) => [`\`${name}\``, description]),
    ),
  collectors: () =>
    table(
      ['collector', 'default', 'what it exports'],
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
} satisfies Record<string, () => string>

type Table = keyof typeof tables

/** The tables in each file, by its path from the root of the repository. */
export const files: Readonly<Record<string, readonly Table[]>> = {
  'src/metrics/README.md': ['metrics', 'remediation metrics'],
  'src/cli/README.md': [
    'flags',
    'collectors',
    'flags of actuate',
    'flags of remediate',
    'flags of doctor',
    'flags of report',
    'flags of tune',
    'flags of tune sched',
    'flags of tune ksm',
    'flags of top',
  ],
  'src/doctor/README.md': ['checks'],
  'src/top/README.md': ['columns of VMs', 'columns of tasks'],
  'src/errors.md': ['errors'],
}

/** Replaces the text between the markers of each table. Throws if a marker is missing. */
export function fillTables(document: string, names: readonly Table[]): string {
  return names.reduce((text, name) => {
    const open = `<!-- ${name} -->\n`
    const close = `\n<!-- /${name} -->`
    const start = text.indexOf(open)
    const end = text.indexOf(close, start)
    if (start < 0 || end < 0) throw new Error(`marker not found: ${open.trim()} … ${close.trim()}`)
    return text.slice(0, start + open.length) + tables[name]() + text.slice(end)
  }, document)
}
