// The SQLite file of the journal: who may open it, how safely it writes, and what its errors mean.
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { KvminfoError, systemReason } from '../../errors.ts'
import { migrations } from './schema.ts'

export type Value = SQLInputValue

/** What queries need. Rows have a property for each column. */
export interface Reader {
  all<Row>(sql: string, ...values: Value[]): Row[]
  get<Row>(sql: string, ...values: Value[]): Row | undefined
  /** One row at a time, so that a large table does not have to fit in memory. */
  each<Row>(sql: string, ...values: Value[]): Iterable<Row>
}

const fileName = 'journal.db'
/** `kvmj`, in the header of the file. */
const applicationId = 0x6b766d6a

/** The errors of SQLite that we tell apart; https://sqlite.org/rescode.html. */
const sqliteCodes = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const
/** SQLITE_CONSTRAINT_UNIQUE. */
const duplicate = 2067

/** The primary result code; undefined if the error is not SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

export const isDiskFull = (error: unknown): boolean => sqliteCode(error) === sqliteCodes.full
export const isDuplicate = (error: unknown): boolean => (error as { errcode?: unknown }).errcode === duplicate

/** Errors that are not SQLite's are returned as they are. */
export function journalError(cause: unknown, path: string): unknown {
  const said = (cause as Error).message
  switch (sqliteCode(cause)) {
    case undefined:
      return cause
    case sqliteCodes.corrupt:
    case sqliteCodes.notADatabase:
      return new KvminfoError(
        'JOURNAL_CORRUPT',
        `the journal ${path} is damaged (${said}); stop the service, move the file away together with its -wal and -shm, and start again: what was applied must then be checked by hand`,
        { cause },
      )
    case sqliteCodes.full:
      return new KvminfoError('JOURNAL_FULL', `no space is left for the journal ${path}; free some`, {
        cause,
      })
    case sqliteCodes.busy:
      return new KvminfoError('JOURNAL_IN_USE', `another process is writing to the journal ${path}`, {
        cause,
      })
    default:
      return new KvminfoError('JOURNAL_FAILED', `cannot read or write the journal ${path}: ${said}`, {
        cause,
      })
  }
}

export class Database implements Reader {
  readonly path: string
  readonly #sqlite: DatabaseSync
  readonly #onClose: () => void
  /** By their text; all texts are constants of this folder. */
  readonly #statements = new Map<string, StatementSync>()

  constructor(sqlite: DatabaseSync, path: string, onClose: () => void = () => {}) {
    this.#sqlite = sqlite
    this.path = path
    this.#onClose = onClose
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined
  }

  each<Row>(sql: string, ...values: Value[]): Iterable<Row> {
    return this.#statement(sql).iterate(...values) as Iterable<Row>
  }

  /** Returns the number of rows that were changed, and the id of the last inserted one. */
  run(sql: string, ...values: Value[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** For statements without values and results, and for several at once. */
  execute(sql: string): void {
    this.#sqlite.exec(sql)
  }

  /** All or nothing. Throws what `change` or SQLite throws, after everything was rolled back. */
  transaction<Result>(change: () => Result): Result {
    this.#sqlite.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#sqlite.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite itself rolls back after some errors, such as a full disk.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw error
    }
  }

  /** All reads see the same state. */
  snapshot<Result>(read: () => Result): Result {
    this.#sqlite.exec('BEGIN')
    try {
      return read()
    } finally {
      this.#sqlite.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#sqlite.close()
    this.#onClose()
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/**
 * Opens or creates `journal.db` in `directory` for the one process that writes. The directory is created with mode 0700,
 * the files with 0600. Throws JOURNAL_IN_USE, JOURNAL_VERSION, JOURNAL_CORRUPT, JOURNAL_FULL or JOURNAL_FAILED.
 */
export function openDatabase(directory: string, steps: readonly string[] = migrations): Database {
  const path = join(directory, fileName)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const unlock = lock(join(directory, 'journal.lock'))
    let sqlite: DatabaseSync | undefined
    try {
      createFile(path)
      syncDirectory(directory)
      sqlite = new DatabaseSync(path, { timeout: 5_000 })
      // So that a statement cannot write to SQLite's own tables.
      sqlite.enableDefensive(true)
      const database = new Database(sqlite, path, unlock)
      check(database, steps.length)
      configure(database)
      migrate(database, steps)
      return database
    } catch (error) {
      sqlite?.close()
      unlock()
      throw error
    }
  } catch (error) {
    throw openingError(error, path)
  }
}

/**
 * Opens the journal for reading, beside the process that writes. Throws JOURNAL_FAILED if there is none, and as
 * openDatabase otherwise.
 */
export function openForReading(directory: string): Database {
  const path = join(directory, fileName)
  try {
    // SQLite does not say why it cannot open a file.
    accessSync(path, constants.R_OK)
    const sqlite = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    try {
      const database = new Database(sqlite, path)
      check(database, migrations.length)
      return database
    } catch (error) {
      sqlite.close()
      throw error
    }
  } catch (error) {
    throw openingError(error, path)
  }
}

function openingError(error: unknown, path: string): unknown {
  if (error instanceof Error && 'syscall' in error) {
    return new KvminfoError('JOURNAL_FAILED', `cannot open the journal ${path}: ${systemReason(error)}`, {
      cause: error,
    })
  }
  return journalError(error, path)
}

/**
 * Makes this process the only one that writes; returns a function that ends that. The lock is SQLite's own, on an empty
 * file beside the journal, because a lock on the journal would keep readers out. It ends with the process, also at kill -9.
 */
function lock(path: string): () => void {
  createFile(path)
  const sqlite = new DatabaseSync(path, { timeout: 0 })
  try {
    sqlite.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    sqlite.close()
    if (sqliteCode(cause) !== sqliteCodes.busy) throw cause
    throw new KvminfoError(
      'JOURNAL_IN_USE',
      `another process writes to the journal (it holds the lock ${path}); stop that process first, or use its commands`,
      { cause },
    )
  }
  return () => sqlite.close()
}

/** An existing file is not even opened: closing it again would end SQLite's locks on it in this process. */
function createFile(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600)
  else writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
}

/** So that a new file survives a power failure. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function pragma(database: Database, name: string): unknown {
  return Object.values(database.get<Record<string, unknown>>(`PRAGMA ${name}`) ?? {})[0]
}

/** That the file is a whole journal of this or an older release. An empty file is a new journal. */
function check(database: Database, newest: number): void {
  const { path } = database
  const id = pragma(database, 'application_id')
  const version = Number(pragma(database, 'user_version'))
  const hasTables = database.get('SELECT 1 FROM sqlite_schema LIMIT 1') !== undefined
  if (hasTables && id !== applicationId) {
    throw new KvminfoError('JOURNAL_CORRUPT', `${path} is an SQLite database, but not a journal of kvminfo`)
  }
  if (version > newest) {
    throw new KvminfoError(
      'JOURNAL_VERSION',
      `the journal ${path} has version ${version}, but this release only knows up to ${newest}; install the release that wrote it, or a newer one`,
    )
  }
  const found = pragma(database, 'quick_check(1)')
  if (found !== 'ok') {
    throw journalError(Object.assign(new Error(String(found)), { errcode: sqliteCodes.corrupt }), path)
  }
}

/** Sets how safely SQLite writes, and reads each setting back, because SQLite ignores what it cannot do. */
function configure(database: Database): void {
  const wanted = {
    journal_mode: 'wal',
    // FULL: each commit is on the disk before it is acknowledged.
    synchronous: 2,
    foreign_keys: 1,
    trusted_schema: 0,
    cell_size_check: 1,
    // Bytes. The write-ahead log is cut to this size after a large transaction.
    journal_size_limit: 4 * 1024 * 1024,
  }
  for (const [name, value] of Object.entries(wanted)) {
    database.execute(`PRAGMA ${name} = ${value}`)
    const seen = pragma(database, name)
    if (seen !== value) {
      throw new KvminfoError(
        'JOURNAL_FAILED',
        `SQLite does not accept ${name} = ${value} for ${database.path} (it stays ${seen}); put the journal on a local disk`,
      )
    }
  }
}

function migrate(database: Database, steps: readonly string[]): void {
  const version = Number(pragma(database, 'user_version'))
  for (const [index, step] of steps.entries()) {
    if (index < version) continue
    database.transaction(() => {
      database.execute(step)
      database.execute(`PRAGMA application_id = ${applicationId}`)
      database.execute(`PRAGMA user_version = ${index + 1}`)
    })
  }
}
