// Preloaded with `node --import`: kills a process as kill -9 does, right before or after this process commits the event with
// a given number of a run. Measured windows are not counted. /tmp/kill-at says which, as `<pid> before|after <event> <run>`:
// the pid 0 is this process, and the run is the first one with that number or a higher one. The file is removed then. Without
// it, nothing happens.
import { readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const file = '/tmp/kill-at'
const { exec } = DatabaseSync.prototype

interface Order {
  readonly pid: number
  readonly when: string
  readonly event: number
  readonly run: number
}

function read(): Order | undefined {
  try {
    const [pid, when = '', event, run] = readFileSync(file, 'utf8').split(' ')
    return { pid: Number(pid) || process.pid, when, event: Number(event), run: Number(run) }
  } catch {
    return undefined
  }
}

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  const order = sql === 'COMMIT' ? read() : undefined
  const due = order !== undefined && eventsOf(this, order.run) >= order.event ? order : undefined
  if (due?.when === 'before') kill(due.pid)
  exec.call(this, sql)
  if (due?.when === 'after') kill(due.pid)
}

function eventsOf(database: DatabaseSync, run: number): number {
  const query =
    "SELECT count(*) AS events FROM event WHERE run_id = (SELECT min(id) FROM run WHERE id >= ?) AND kind <> 'window'"
  return (database.prepare(query).get(run) as { events: number }).events
}

function kill(pid: number): void {
  rmSync(file)
  process.kill(pid, 'SIGKILL')
  // The signal may take effect a moment later; nothing more may be done until then.
  while (pid === process.pid);
}
