// Parses /proc/pressure/*: lines `some avg10=… total=<microseconds>` and `full …` (not for cpu before Linux 5.13).
import { KvminfoError } from '../../errors.ts'
import type { Pressure } from '../../model/host.ts'
import { decimal } from '../decimal.ts'

export function parsePressure(resource: Pressure['resource'], text: string, subject: string): Pressure {
  const total = (kind: string) => decimal(new RegExp(`^${kind} .*\\btotal=(\\d+)$`, 'm').exec(text)?.[1])
  const someUs = total('some')
  if (someUs === undefined)
    throw new KvminfoError('SOURCE_MALFORMED', `${subject} has no line "some" with total=`)
  return { resource, someUs, fullUs: total('full') }
}
