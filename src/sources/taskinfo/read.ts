// Reads /proc/taskinfo.
import { join } from 'node:path'
import { moduleFileError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import { TaskTable } from './task-table.ts'

/** The table is valid until `file` reads again. */
export function readTaskinfo(procfs: string, file: WholeFile): TaskTable {
  const path = join(procfs, 'taskinfo')
  try {
    return new TaskTable(file.bytes(path), path)
  } catch (cause) {
    throw moduleFileError('taskinfo', cause, path)
  }
}
