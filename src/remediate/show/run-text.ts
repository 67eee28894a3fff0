// Runs as text for a terminal. Names of VMs come from outside, so control characters are shown as escapes.

import type { Operation } from '../../actuator/protocol.ts'
import type { RunDocument, RunSummary } from '../approve/documents.ts'
import { plainLines, plainText } from '../page/browser/plain-text.js'
import { whenText } from '../page/browser/states.js'

/** `2026-11-26 19:20` in local time. */
function timeText(iso: string): string {
  const date = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Columns as wide as their longest cell; the last one is cut at `width`, others at 24 characters. */
export function table(rows: readonly (readonly string[])[], width: number): string {
  const cut = (text: string, length: number): string =>
    text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`
  const cells = rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : cut(cell, 24))))
  const last = (cells[0]?.length ?? 1) - 1
  const widths = Array.from({ length: last }, (_, index) =>
    Math.max(...cells.map((row) => row[index]!.length)),
  )
  const used = widths.reduce((sum, one) => sum + one + 2, 0)
  return cells
    .map((row) =>
      row
        .map((cell, index) =>
          index === last ? cut(cell, Math.max(20, width - used)) : cell.padEnd(widths[index]! + 2),
        )
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

const forcedText = ({ by_hand }: RunSummary): string =>
  by_hand?.forced_because == null ? '' : `; forced because: ${by_hand.forced_because}`

export function runTable(runs: readonly RunSummary[], width: number): string {
  const header = ['ID', 'STATE', 'ACTION', 'VM', 'DEVICE', 'VERDICT', 'SINCE', 'REASON']
  const rows = runs.map((run) => [
    String(run.id),
    run.state,
    run.action,
    plainText(run.vm ?? 'host'),
    plainText(run.device ?? '-'),
    run.verdict ?? '-',
    timeText(run.changed),
    plainText(`${run.reason ?? ''}${forcedText(run)}`),
  ])
  return table([header, ...rows], width)
}

/** Everything about one run: plan, steps, windows. */
export function runText(run: RunDocument, width: number): string {
  const lines = [
    `Run ${run.id}: ${run.action} on ${plainText(run.vm ?? 'the host')}${run.device === null ? '' : `, device ${plainText(run.device)}`}`,
    `State: ${run.state} since ${timeText(run.changed)}${run.reason === null ? '' : `: ${plainText(run.reason)}`}`,
  ]
  if (run.by_hand !== null) lines.push(`Asked for by: ${plainText(`${run.by_hand.who}${forcedText(run)}`)}`)
  if (run.verdict !== null) lines.push(`Verdict: ${run.verdict}`)
  if (run.plan !== null)
    lines.push('', planText({ plan: run.plan, plan_sha: run.plan_sha, unmet: null }, width))
  if (run.steps.length > 0) lines.push('', 'Steps:', table(run.steps.map(stepRow), Number.POSITIVE_INFINITY))
  return lines.join('\n')
}

function stepRow({ n, undo, phase, at, reason, ...step }: RunDocument['steps'][number]): string[] {
  const operation = step.operation as Operation
  const what = operation.kind === 'thread-scheduling' ? `${operation.kind} ${operation.tid}` : operation.kind
  const outcome = reason === null ? phase : `${phase}: ${plainText(reason)}`
  return [`  ${n}`, timeText(at), undo ? 'undo' : 'apply', what, outcome]
}

export interface ShownPlan extends Pick<RunDocument, 'plan' | 'plan_sha'> {
  /** What does not hold. */
  readonly unmet: string | null
}

export function planText({ plan, plan_sha, unmet }: ShownPlan, width: number): string {
  if (plan === null) return 'There is no plan.'
  const lines = [
    `Plan ${plan_sha ?? ''}`,
    table(
      [
        ['  WHAT', 'NOW', 'NEXT'],
        ...plan.changes.map(({ what, now, next }) => [`  ${plainText(what)}`, now, next]),
      ],
      width,
    ),
    `Takes effect: ${whenText(plan)}`,
    `Risk: ${plan.risk}`,
    `Managed by: ${plainText(plan.owner)}`,
    `Judged: ${plan.judged}`,
    `Undone: ${plan.undo}`,
    ...plan.notes.map((note) => `Note: ${plainText(note)}`),
    'Preconditions:',
    ...plan.preconditions.map(
      ({ text, holds, seen }) => `  ${holds ? 'yes' : 'NO '}  ${text} (${plainText(seen)})`,
    ),
    'The same by hand:',
    ...plan.commands.map((command) => `  ${plainText(command)}`),
  ]
  if (plan.diff !== null) lines.push('', plainLines(plan.diff))
  if (unmet !== null) lines.push('', `It would be refused: ${plainText(unmet)}`)
  return lines.join('\n')
}
