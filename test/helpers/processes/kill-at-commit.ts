// Preloaded with `node --import`: ends the process as kill -9 does, before or after one of its commits. KILL_AT_COMMIT is
// such as `before 12` or `after 1`; commits count from 1. Without it, nothing happens.
import { DatabaseSync } from 'node:sqlite'

const [when, number] = (process.env.KILL_AT_COMMIT ?? '').split(' ')
const { exec } = DatabaseSync.prototype
let commits = 0

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  // The signal may take effect a moment later; nothing more may be done until then.
  for (;;);
}

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  const isIt = sql === 'COMMIT' && ++commits === Number(number)
  if (isIt && when === 'before') die()
  exec.call(this, sql)
  if (isIt && when === 'after') die()
}
