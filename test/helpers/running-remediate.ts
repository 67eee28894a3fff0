// `kvminfo remediate` as a process, with its actuator, and the commands that ask it.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RunDocument, RunList } from '../../src/remediate/approve/documents.ts'
import { eventually, kvminfoCommand, RunningProcess } from './kvminfo-process.ts'
import { scratchDirectory } from './scratch.ts'

export const approverToken = 'token-of-approvers-456789'

export const alertmanagerToken = 'token-of-alertmanager-0123'

/** `policy`: lines of the policy file. `root`: of a program that ran before, to go on with its journal. */
export async function runningRemediate(policy = '', root = scratchDirectory()) {
  const token = (name: string, text: string): string => {
    const path = join(root, name)
    writeFileSync(path, `${text}\n`)
    chmodSync(path, 0o600)
    return path
  }
  const rundir = join(root, 'run')
  mkdirSync(rundir, { recursive: true })
  const file = join(root, 'policy.yml')
  writeFileSync(
    file,
    `instances: [kvm1]
credentials: {alertmanager: [${token('am', alertmanagerToken)}], approver: [${token('ap', approverToken)}]}
${policy}`,
  )
  const flags = [
    `--policy.file=${file}`,
    `--state.directory=${join(root, 'state')}`,
    `--path.rundir=${rundir}`,
  ]
  const program = new RunningProcess(
    kvminfoCommand('remediate', ...flags, '--web.listen-address=127.0.0.1:0'),
  )
  onTestFinished(async () => void (await program.stop()))
  const [line] = await program.logged('msg=listening url=')
  const url = /url=(\S+)/.exec(line!)![1]!
  await eventually(
    'the actuator listens',
    () => existsSync(join(rundir, 'kvminfo/actuate.sock')) || undefined,
  )
  const start = (...args: string[]) => new RunningProcess(kvminfoCommand(...args, `--path.rundir=${rundir}`))
  return {
    ...{ program, url, root, rundir, start },
    command: (...args: string[]) => start(...args).finished(),
    run: async (id: number) => (await (await fetch(`${url}/api/v1/runs/${id}`)).json()) as RunDocument,
    runs: async () => (await (await fetch(`${url}/api/v1/runs`)).json()) as RunList,
  }
}
