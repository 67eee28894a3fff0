// Reads /proc/taskinfo.
import { join } from 'node:path'
import { absentAs } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { TaskTable } from './task-table.ts'

/** The table is good until `file` reads again. */
export function readTaskinfo(procfs: string, file: WholeFile): TaskTable {
  const path = join(procfs, 'taskinfo')
  try {
    return new TaskTable(file.bytes(path), path)
  } catch (cause) {
    throw absentAs(`the taskinfo module is not loaded: there is no ${path}`, cause, path)
  }
}
