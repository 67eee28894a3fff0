// `kvminfo tune`: asks the running `kvminfo remediate` of this host for a change, waits until it is made, and prints what the
// kernel says before and after.
import { userInfo } from 'node:os'
import { KvminfoError } from '../../errors.ts'
import { durationText } from '../../policy/duration.ts'
import type { RunDocument, RunList, RunSummary, TuneAnswer } from '../../remediate/approve/documents.ts'
import { plainText } from '../../remediate/page/browser/plain-text.js'
import { askRemediate } from '../../remediate/show/local-client.ts'
import { planText, table } from '../../remediate/show/run-text.ts'
import { type ValueRow, valueRows } from '../../remediate/show/value-rows.ts'
import type { AskOptions } from '../remediate-flags.ts'
import type { TuneOptions } from '../tune-flags.ts'
import type { TuneRequest } from '../tune-program.ts'
import { controlSocket } from './control-socket.ts'
import { waitForRun } from './tune-wait.ts'

const width = (): number => process.stdout.columns ?? 160

const ask = ({ rundir }: Pick<AskOptions, 'rundir'>, method: 'GET' | 'POST', path: string, body?: unknown) =>
  askRemediate(controlSocket(rundir), method, path, body)

const runOf = async (id: number, options: AskOptions): Promise<RunDocument> =>
  (await ask(options, 'GET', `/api/v1/runs/${id}`)) as RunDocument

/** The states in which a change is in place, or will be without anybody doing more. */
const goodStates: readonly RunSummary['state'][] = ['kept', 'unproven', 'holding', 'waiting']

export async function change(request: TuneRequest, options: TuneOptions): Promise<void> {
  const { isJson, isDryRun, isDetached, isJudged, forMs, reason } = options
  const body = {
    ...request,
    who: userName(),
    judged: isJudged,
    ...(forMs === undefined ? {} : { for_ms: forMs }),
    ...(reason === undefined ? {} : { force: reason }),
  }
  const shown = (await ask(options, 'POST', '/api/v1/tune', { ...body, dry_run: true })) as TuneAnswer
  if (isDryRun) {
    if (isJson) console.log(JSON.stringify(shown, undefined, 2))
    else console.log(dryRunText(shown))
    return
  }
  if (!isJson) for (const note of shown.plan.notes) console.log(`Note: ${plainText(note)}`)
  const answer = (await ask(options, 'POST', '/api/v1/tune', {
    ...body,
    plan_sha: shown.plan_sha,
  })) as TuneAnswer
  const id = answer.run!
  if (isDetached) {
    if (isJson) console.log(JSON.stringify(await runOf(id, options), undefined, 2))
    else console.log(`Run ${id} is on its way. See it with: kvminfo tune status`)
    return
  }
  const run = await waitForRun(id, () => runOf(id, options), isJudged)
  const values = valueRows(run, false)
  if (isJson) console.log(JSON.stringify({ run, values }, undefined, 2))
  else if (values.length > 0) console.log(valueTable(values))
  if (!goodStates.includes(run.state))
    throw new KvminfoError('REMEDIATE_REFUSED', `run ${id} is ${run.state}: ${plainText(run.reason ?? '')}`)
  if (!isJson) console.log(`\n${nextText(run)}`)
}

/** Puts back the run with that number, or everything that is in place on a VM, the newest first. */
export async function undo(target: string, options: AskOptions): Promise<void> {
  const runs = /^\d{1,15}$/.test(target)
    ? [await runOf(Number(target), options)]
    : (await present(options)).filter((run) => isOf(run, target)).sort((a, b) => b.id - a.id)
  if (runs.length === 0)
    throw new KvminfoError(
      'REMEDIATE_REFUSED',
      `nothing is in place on a VM ${JSON.stringify(target)}; kvminfo tune status lists what is`,
    )
  const results = []
  for (const { id, state } of runs) {
    // Nothing has been changed yet.
    const verb = state === 'approved' ? 'decline' : 'undo'
    await ask(options, 'POST', `/api/v1/runs/${id}/${verb}`, {})
    const run = await runOf(id, options)
    results.push({ run, values: valueRows(run, true) })
  }
  if (options.isJson) console.log(JSON.stringify(results, undefined, 2))
  for (const { run, values } of options.isJson ? [] : results) {
    console.log(`Run ${run.id} is ${run.state}: ${plainText(run.reason ?? '')}`)
    if (values.length > 0) console.log(valueTable(values))
  }
  const left = results.filter(({ run: { state } }) => !['undone', 'declined', 'obsolete'].includes(state))
  if (left.length > 0)
    throw new KvminfoError(
      'REMEDIATE_REFUSED',
      `not everything was put back: ${left.map(({ run }) => `run ${run.id} is ${run.state}`).join(', ')}`,
    )
}

export async function status(vm: string | undefined, options: AskOptions): Promise<void> {
  const found = (await present(options)).filter((run) => vm === undefined || isOf(run, vm))
  const runs = []
  for (const { id } of found) runs.push(await runOf(id, options))
  if (options.isJson) {
    console.log(
      JSON.stringify(
        runs.map((run) => ({ run, values: valueRows(run, false) })),
        undefined,
        2,
      ),
    )
    return
  }
  if (runs.length === 0) {
    console.log('Nothing is in place.')
    return
  }
  for (const run of runs) {
    const target = run.vm === null ? 'this host' : plainText(run.vm)
    const device = run.device === null ? '' : `, device ${plainText(run.device)}`
    console.log(`Run ${run.id}: ${run.action} on ${target}${device}, ${run.state}`)
    console.log(valueTable(valuesOrPlan(run)))
    console.log(`${nextText(run)}\n`)
  }
}

async function present(options: AskOptions): Promise<RunSummary[]> {
  const { open, kept } = (await ask(options, 'GET', '/api/v1/runs?limit=1')) as RunList
  return [...kept, ...open].sort((a, b) => a.id - b.id)
}

const isOf = ({ vm, uuid }: RunSummary, target: string): boolean =>
  vm === target || (uuid !== null && uuid === target.toLowerCase())

/** Before it is applied, the plan is all that is known. */
function valuesOrPlan(run: RunDocument): ValueRow[] {
  const values = valueRows(run, false)
  return values.length > 0
    ? values
    : (run.plan?.changes ?? []).map(({ what, now, next }) => ({
        what,
        before: now,
        after: `${next} (planned)`,
      }))
}

const valueTable = (rows: readonly ValueRow[]): string =>
  table(
    [
      ['  WHAT', 'BEFORE', 'AFTER'],
      ...rows.map(({ what, before, after }) => [`  ${plainText(what)}`, plainText(before), plainText(after)]),
    ],
    width(),
  )

function dryRunText(answer: TuneAnswer): string {
  const { vm, plan, objections } = answer
  const lines = [`On ${vm === null ? 'this host' : `VM ${plainText(vm)}`}:`, planText(answer, width())]
  for (const note of plan.notes) lines.push(`Note: ${plainText(note)}`)
  if (objections.length > 0)
    lines.push('', `Needs --force and --reason, because: ${plainText(objections.join('; '))}`)
  lines.push('', 'Nothing was changed.')
  return lines.join('\n')
}

/** What happens after, and how to end it, in one line. */
function nextText({ id, state, by_hand, changed, verdict, waits }: RunDocument): string {
  const who = by_hand === null ? 'an alert' : plainText(by_hand.who)
  const forced =
    by_hand?.forced_because == null ? '' : `, forced because: ${plainText(by_hand.forced_because)}`
  return `Asked for by ${who}${forced}. ${stateText()} Undo: kvminfo tune undo ${id}`

  function stateText(): string {
    switch (state) {
      case 'holding': {
        if (by_hand === null || by_hand.judged)
          return 'Proven; its lease is renewed while it helps, for a day at most.'
        const leftMs = Date.parse(changed) + (by_hand.lasts_seconds ?? 0) * 1000 - Date.now()
        return `It is undone in ${durationText(Math.max(0, leftMs))}.`
      }
      case 'waiting':
        return 'It takes effect when the VM starts next.'
      case 'kept':
      case 'unproven':
        return `${verdict === 'improved' ? 'Proven; it' : 'It'} stays until it is undone${waits === null ? '' : `; ${waits}`}.`
      default:
        return waits === null ? `It is ${state}.` : `It waits: ${plainText(waits)}.`
    }
  }
}

/** The person behind sudo, if there is one. */
function userName(): string {
  const { SUDO_USER } = process.env
  if (SUDO_USER !== undefined && SUDO_USER !== '') return SUDO_USER.slice(0, 64)
  try {
    return userInfo().username.slice(0, 64)
  } catch {
    return `uid ${process.getuid?.()}`
  }
}
