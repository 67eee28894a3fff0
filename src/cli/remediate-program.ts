// The command `kvminfo remediate` and the commands below it.
import { type Command, Help } from 'commander'
import { actionNames } from '../model/remediation.ts'
import { addCommand, readOptions } from './command.ts'
import {
  type ApproveOptions,
  type AskOptions,
  approveFlags,
  askFlags,
  type PlanOptions,
  planFlags,
  type RemediateFlags,
  remediateFlags,
  type VerifyOptions,
  verifyFlags,
} from './remediate-flags.ts'

export interface RemediateCommands {
  serve(options: RemediateFlags): Promise<void>
  list(options: AskOptions): Promise<void>
  history(options: AskOptions): Promise<void>
  show(id: string, options: AskOptions): Promise<void>
  plan(action: string, vm: string | undefined, options: PlanOptions): Promise<void>
  approve(id: string, options: ApproveOptions): Promise<void>
  decline(id: string, options: AskOptions): Promise<void>
  undo(id: string, options: AskOptions): Promise<void>
  stop(options: AskOptions): Promise<void>
  resume(options: AskOptions): Promise<void>
  verifyJournal(options: VerifyOptions): Promise<void>
}

// At most 80 columns wide, because commander does not wrap it.
const examples = `
Examples:
  Check the policy, then run:
    kvminfo remediate --check-config
    kvminfo remediate
  What waits for a person, what is being tried, what holds:
    kvminfo remediate list
  What would be done for a VM now, and why it would be refused:
    kvminfo remediate plan sched-tier web1
  Look at a proposal and approve it:
    kvminfo remediate show 3
    kvminfo remediate approve 3
  Put everything back that run 3 has changed:
    kvminfo remediate undo 3
  Change nothing any more, from now on, with or without the program:
    kvminfo remediate stop
    touch /run/kvminfo/remediation.stop

Alertmanager calls http://127.0.0.1:9757/alerts with a bearer token.

Exit codes: 0 done, or stopped by SIGINT or SIGTERM, 1 failed or refused,
2 wrong usage or configuration. Stopping it changes nothing on the host.
`

const none = ''

export function addRemediate(program: Command, commands: RemediateCommands): void {
  const remediate = addCommand(program, {
    name: 'remediate',
    description:
      'Act on alerts: plan a change, ask or do it as the policy says, prove from the counters that it helped, and undo it if not.',
    examples,
    flags: remediateFlags,
    run: (command) => commands.serve(readOptions(remediateFlags, command)),
  })
  const asks = (name: 'list' | 'history' | 'stop' | 'resume', description: string): void => {
    addCommand(remediate, {
      ...{ name, description, examples: none, flags: askFlags },
      run: (command) => commands[name](readOptions(askFlags, command)),
    })
  }
  const asksForRun = (name: 'show' | 'decline' | 'undo', description: string): void => {
    addCommand(remediate, {
      ...{ name, description, examples: none, flags: askFlags, arguments: ['<run>'] },
      run: (command, [id]) => commands[name](id!, readOptions(askFlags, command)),
    })
  }
  asks('list', 'List the runs that wait for a person, are being tried, or hold.')
  addCommand(remediate, {
    name: 'plan',
    description: 'Show what an action would do now, and why it might be refused. Changes nothing.',
    examples: `\n${new Help().boxWrap(`Actions: ${actionNames.join(', ')}.`, 80)}\n`,
    flags: planFlags,
    arguments: ['<action>', '[vm]'],
    run: (command, [action, vm]) => commands.plan(action!, vm, readOptions(planFlags, command)),
  })
  asksForRun('show', 'Show a run: its plan, steps and measurements.')
  addCommand(remediate, {
    name: 'approve',
    description: 'Approve the plan of a proposed run. Shows the plan and asks first.',
    ...{ examples: none, flags: approveFlags, arguments: ['<run>'] },
    run: (command, [id]) => commands.approve(id!, readOptions(approveFlags, command)),
  })
  asksForRun('decline', 'Decline a proposed run.')
  asksForRun('undo', 'Put back what a run has changed.')
  asks('history', 'List the runs that have ended, the newest first.')
  asks('stop', 'Set the kill switch: nothing new is changed, and what is being tried is undone.')
  asks('resume', 'End the kill switch.')
  addCommand(remediate, {
    name: 'verify-journal',
    description: 'Check that nobody has changed the journal.',
    ...{ examples: none, flags: verifyFlags },
    run: (command) => commands.verifyJournal(readOptions(verifyFlags, command)),
  })
}
