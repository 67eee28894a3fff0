// `kvminfo doctor`: looks at this host once, and says what is wrong, why it matters and what to type.
import { hostname } from 'node:os'
import type { Check } from '../../doctor/check.ts'
import { checks } from '../../doctor/checks/index.ts'
import { type Examination, examine, type Finding, worstOf } from '../../doctor/examine.ts'
import { HostView } from '../../doctor/host-view.ts'
import { jsonReport } from '../../doctor/report/json.ts'
import { junitReport } from '../../doctor/report/junit.ts'
import { textReport } from '../../doctor/report/text.ts'
import { type VmView, viewVms } from '../../doctor/vm-view.ts'
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { KeptCommandLines } from '../../sources/cmdline/kept-command-lines.ts'
import { noFindings } from '../../sources/findings-source.ts'
import { createHost } from '../../sources/host.ts'
import type { DoctorOptions } from '../doctor-flags.ts'
import { version } from '../version.ts'
import { plan } from './remediate-client.ts'

/** systeminformation starts programs, and no check needs its facts. */
const noFacts = { facts: () => undefined, close() {} }

/** The exit code: 0 nothing or notices only, 1 warnings, 2 something critical. */
export async function doctor(options: DoctorOptions): Promise<number> {
  if (options.isList) {
    for (const { name, description } of checks) console.log(`${name.padEnd(24)}${description}`)
    return 0
  }
  if (options.isJson && options.isJunit)
    throw new KvminfoError('CONFIG_INVALID', '--json and --junit exclude each other')
  if (options.fix !== undefined && (options.isJson || options.isJunit))
    throw new KvminfoError('CONFIG_INVALID', '--fix prints text only; leave out --json and --junit')
  const wanted = chosen(options)
  const { host, problems } = await look(options)
  const examination = withProblems(await examine(wanted, host), problems)
  if (options.fix !== undefined) return await showFix(options.fix, examination, options)
  print(examination, host, options)
  return { critical: 2, warning: 1, notice: 0, none: 0 }[worstOf(examination) ?? 'none']
}

function chosen({ only, skipped }: DoctorOptions): readonly Check[] {
  const wanted = checks.filter(
    ({ name }) => (only.length === 0 || only.includes(name)) && !skipped.includes(name),
  )
  if (wanted.length > 0) return wanted
  throw new KvminfoError(
    'CONFIG_INVALID',
    '--only and --skip leave no check; kvminfo doctor --list shows all',
  )
}

interface Seen {
  readonly host: HostView
  /** What costs VMs a part of what is known about them. */
  readonly problems: readonly Problem[]
}

async function look(options: DoctorOptions): Promise<Seen> {
  const { procfs, sysfs, rundir, root } = options
  const commandLines = new KeptCommandLines(procfs)
  const source = createHost({ procfs, sysfs, rundir }, noFacts, noFindings, commandLines.readers)
  try {
    const snapshot = await source.snapshot()
    let vms: readonly VmView[] | KvminfoError
    let problems: readonly Problem[] = []
    try {
      vms = viewVms(snapshot, procfs, commandLines)
      problems = snapshot.vmDevices().problems.filter(({ isUnconfirmed }) => isUnconfirmed !== true)
    } catch (error) {
      if (!(error instanceof KvminfoError)) throw error
      vms = error
    }
    const known = { version, vms, sources: snapshot.sources().value }
    return { host: new HostView({ procfs, sysfs, rundir, root }, known), problems }
  } finally {
    source.close()
  }
}

function withProblems(examination: Examination, problems: readonly Problem[]): Examination {
  const more = problems.map(({ subject, error }) => ({
    check: 'identity',
    vm: subject,
    why: error.message,
  }))
  return { ...examination, notChecked: [...examination.notChecked, ...more] }
}

function print(examination: Examination, host: HostView, { isJson, isJunit }: DoctorOptions): void {
  if (isJunit) process.stdout.write(junitReport(examination))
  else if (isJson) console.log(JSON.stringify(jsonReport(examination), undefined, 2))
  else {
    // https://no-color.org
    const hasColour = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
    const kernel = host.optional('/proc/sys/kernel/osrelease') ?? 'unknown'
    console.log(`kvminfo doctor on ${hostname()}, Linux ${kernel}\n`)
    const vms = vmCount(host)
    process.stdout.write(textReport(examination, { hasColour, vms }))
  }
}

function vmCount(host: HostView): number {
  try {
    return host.vms.length
  } catch {
    // The report says why under "Not checked".
    return 0
  }
}

/** Prints the commands, and what `kvminfo remediate` would do. Nothing is changed here. */
async function showFix(
  item: string,
  { findings, notChecked }: Examination,
  options: DoctorOptions,
): Promise<number> {
  const finding = findings.find((one) => one.item === item)
  if (finding === undefined) throw noSuchItem(item, findings, notChecked.length)
  const { what, fix, action, vm, device } = finding
  console.log(`${what}\n\nCommands:\n${fix.map((line) => `  ${line}`).join('\n')}\n`)
  if (action === undefined) {
    console.log('kvminfo remediate has no action for this.')
    return 0
  }
  console.log(`The action ${action} of kvminfo remediate does it. Its plan:\n`)
  await plan(action, vm, { rundir: options.rundir, isJson: false, device })
  return 0
}

function noSuchItem(item: string, findings: readonly Finding[], notMade: number): KvminfoError {
  const like = findings.filter((one) => one.check === item || one.item.startsWith(`${item}/`))
  const known = (like.length > 0 ? like : findings).map((one) => one.item)
  const more = notMade === 0 ? '' : `; ${notMade} checks could not be made`
  return new KvminfoError(
    'CONFIG_INVALID',
    `--fix: there is no finding "${item}" now. Findings: ${known.join(', ') || 'none'}${more}`,
  )
}
