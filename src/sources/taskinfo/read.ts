// Reads /proc/taskinfo.
import { join } from 'node:path'
import { moduleFileError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'
import type { RowIndex } from './row-index.ts'
import { TaskTable } from './task-table.ts'

/** The table is valid until the next call with the same `file` or `rows`. */
export function readTaskinfo(procfs: string, file: WholeFile, rows: RowIndex): TaskTable {
  const path = join(procfs, 'taskinfo')
  try {
    return new TaskTable(file.bytes(path), path, rows)
  } catch (cause) {
    throw moduleFileError('taskinfo', cause, path)
  }
}
