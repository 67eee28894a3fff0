// `kvminfo remediate list`, `show`, `approve` and so on: ask the running program of this host, and print its answer.
import { createInterface } from 'node:readline/promises'
import { KvminfoError } from '../../errors.ts'
import type { RunDocument, RunList } from '../../remediate/approve/documents.ts'
import { verifyChain } from '../../remediate/journal/chain.ts'
import { openForReading } from '../../remediate/journal/database.ts'
import { askRemediate } from '../../remediate/show/local-client.ts'
import { planText, runTable, runText } from '../../remediate/show/run-text.ts'
import type { ApproveOptions, AskOptions, PlanOptions, VerifyOptions } from '../remediate-flags.ts'
import { controlSocket } from './control-socket.ts'

const width = (): number => process.stdout.columns ?? 160

function print(value: unknown, isJson: boolean, text: () => string): void {
  console.log(isJson ? JSON.stringify(value, undefined, 2) : text())
}

const ask = ({ rundir }: { readonly rundir: string }, method: 'GET' | 'POST', path: string, body?: unknown) =>
  askRemediate(controlSocket(rundir), method, path, body)

function runPath(id: string, verb = ''): string {
  if (!/^\d{1,15}$/.test(id)) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `"${id.slice(0, 40)}" is no run; kvminfo remediate list shows their numbers`,
    )
  }
  return `/api/v1/runs/${id}${verb}`
}

/** Runs that wait, are being done, or hold. */
export async function list(options: AskOptions): Promise<void> {
  const runs = (await ask(options, 'GET', '/api/v1/runs?limit=1')) as RunList
  print({ stopped: runs.stopped, open: runs.open }, options.isJson, () => {
    const lines = runs.stopped
      ? ['The kill switch is set: nothing new is changed. End it with: kvminfo remediate resume', '']
      : []
    lines.push(runs.open.length === 0 ? 'Nothing is open.' : runTable(runs.open, width()))
    return lines.join('\n')
  })
}

export async function history(options: AskOptions): Promise<void> {
  const { ended } = (await ask(options, 'GET', '/api/v1/runs?limit=100')) as RunList
  print(ended, options.isJson, () =>
    ended.length === 0 ? 'Nothing has ended yet.' : runTable(ended, width()),
  )
}

export async function show(id: string, options: AskOptions): Promise<void> {
  const run = (await ask(options, 'GET', runPath(id))) as RunDocument
  print(run, options.isJson, () => runText(run, width()))
}

export async function plan(action: string, vm: string | undefined, options: PlanOptions): Promise<void> {
  const body = {
    action,
    ...(vm === undefined ? {} : { vm }),
    ...(options.device === undefined ? {} : { device: options.device }),
  }
  const answer = (await ask(options, 'POST', '/api/v1/plan', body)) as Pick<
    RunDocument,
    'plan' | 'plan_sha'
  > & { unmet: string | null }
  print(answer, options.isJson, () => planText(answer, width()))
}

export async function approve(id: string, options: ApproveOptions): Promise<void> {
  const run = (await ask(options, 'GET', runPath(id))) as RunDocument
  if (run.state !== 'proposed')
    throw new KvminfoError(
      'REMEDIATE_REFUSED',
      `run ${id} is ${run.state}; only a proposed one waits for approval`,
    )
  if (!options.isSure) {
    console.log(runText(run, width()))
    if (!process.stdin.isTTY)
      throw new KvminfoError('REMEDIATE_REFUSED', 'not approved: nobody can be asked here; use --yes')
    const question = createInterface({ input: process.stdin, output: process.stdout })
    const answer = await question.question('\nApprove this plan? [y/N] ')
    question.close()
    if (!/^y(es)?$/i.test(answer.trim())) {
      console.log('Not approved.')
      return
    }
  }
  const answer = await ask(options, 'POST', runPath(id, '/approve'), { plan_sha: run.plan_sha })
  print(answer, options.isJson, () => `Run ${id} is approved.`)
}

export async function decline(id: string, options: AskOptions): Promise<void> {
  const answer = await ask(options, 'POST', runPath(id, '/decline'), {})
  print(answer, options.isJson, () => `Run ${id} is declined.`)
}

export async function undo(id: string, options: AskOptions): Promise<void> {
  const answer = (await ask(options, 'POST', runPath(id, '/undo'), {})) as { state: string }
  print(answer, options.isJson, () => `Run ${id} is ${answer.state}. See: kvminfo remediate show ${id}`)
}

export async function stop(options: AskOptions): Promise<void> {
  const answer = await ask(options, 'POST', '/api/v1/stop', {})
  print(answer, options.isJson, () => 'Stopped: nothing new is changed, and what is being tried is undone.')
}

export async function resume(options: AskOptions): Promise<void> {
  const answer = await ask(options, 'POST', '/api/v1/resume', {})
  print(answer, options.isJson, () => 'The kill switch is off.')
}

/** Reads the journal itself, so that the program need not run. */
export async function verifyJournal(options: VerifyOptions): Promise<void> {
  const database = openForReading(options.stateDirectory)
  try {
    const { events, head, bad } = verifyChain(database)
    print({ events, head, bad: bad ?? null }, options.isJson, () =>
      bad === undefined
        ? `The journal is whole: ${events} events. Its head is event ${head.seq}, ${head.hash}.`
        : `The journal was changed: ${bad.why}`,
    )
    if (bad !== undefined) throw new KvminfoError('JOURNAL_CORRUPT', bad.why)
  } finally {
    database.close()
  }
}
