// What stands in the place of rows when there is none, so that nobody takes an empty list for a fault.
import type { Frame } from '../frame/frame.ts'

export function emptyText({ missing }: Frame, list: 'vms' | 'tasks', filter: string): string {
  if (filter !== '') return `No ${list === 'vms' ? 'VM' : 'task'} matches the filter: ${filter}`
  // The header says what is missing and why.
  if (Object.keys(missing).length > 0) return `No ${list === 'vms' ? 'VM' : 'task'} could be seen.`
  return list === 'vms' ? 'No VM runs on this host.' : 'No task runs.'
}
