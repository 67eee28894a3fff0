// Which VM a person means by a name, a UUID, or the number of its process or of one of its threads.
import { readFileSync } from 'node:fs'
import type { Vm } from '../../model/vm.ts'

export interface NamedVm {
  readonly vm: Vm
}

/** Why it is none; a sentence with what to do. `pid`: the process that was named, if there is one. */
export interface NoNamedVm {
  readonly no: string
  readonly pid?: number
}

/** So many names at most are proposed. */
const mostNames = 10

export function namedVm(vms: readonly Vm[], text: string, procfs: string): NamedVm | NoNamedVm {
  const process = /^[1-9]\d{0,9}$/.test(text) ? processOf(procfs, Number(text)) : undefined
  const meant = vms.filter(
    (vm) => isNamed(vm, text) || vm.uuid?.toLowerCase() === text.toLowerCase() || vm.pid === process?.pid,
  )
  const [vm, ...others] = meant
  if (others.length > 0) {
    const all = meant.map(
      ({ label, uuid, pid }) => `${quoted(label)} (UUID ${uuid ?? 'none'}, process ${pid})`,
    )
    return { no: `${quoted(text)} can mean ${meant.length} VMs: ${all.join(', ')}. Give the UUID` }
  }
  if (vm !== undefined) return { vm }
  if (process !== undefined) {
    const what = process.pid === Number(text) ? 'process' : `thread of process ${process.pid}`
    return {
      no: `${Number(text)} is ${what === 'process' ? 'the' : 'a'} ${what} ${quoted(process.name)}, which is no VM`,
      pid: Number(text),
    }
  }
  const names = vms.slice(0, mostNames).map(({ label }) => quoted(label))
  const running =
    names.length === 0
      ? 'no VM runs on this host'
      : `these run: ${names.join(', ')}${vms.length > mostNames ? ` and ${vms.length - mostNames} others` : ''}`
  return { no: `there is no VM ${quoted(text)} on this host, and no process with that number; ${running}` }
}

/** Of VMs that share a name, only one has it as its label; the others have something after an @. */
function isNamed({ label, uuid, pid, owner }: Vm, text: string): boolean {
  if (label === text) return true
  const keys = [uuid?.toLowerCase(), String(pid), owner?.name]
  return keys.some((key) => key !== undefined && label === `${text}@${key}`)
}

/** The process with that number, or that the thread with that number belongs to. */
function processOf(procfs: string, number: number): { pid: number; name: string } | undefined {
  try {
    const status = readFileSync(`${procfs}/${number}/status`, 'utf8')
    const pid = Number(/^Tgid:\s*(\d+)$/m.exec(status)?.[1] ?? number)
    return { pid, name: /^Name:\s*(.*)$/m.exec(status)?.[1] ?? '' }
  } catch {
    return undefined
  }
}

const quoted = (text: string): string => JSON.stringify(text)
