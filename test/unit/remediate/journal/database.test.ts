import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { finalStates, openStates } from '../../../../src/model/remediation.ts'
import { openDatabase, openForReading } from '../../../../src/remediate/journal/database.ts'
import { findRun } from '../../../../src/remediate/journal/query.ts'
import { receive } from '../../../../src/remediate/journal/receive.ts'
import { migrations } from '../../../../src/remediate/journal/schema.ts'
import { asNobody } from '../../../helpers/as-nobody.ts'
import { testJournal } from '../../../helpers/journal.ts'
import { alertOf } from '../../../helpers/journal-values.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('creates the directory and the files for its own user only, and narrows files that others may read', () => {
  const directory = join(scratchDirectory(), 'a/b')
  const first = testJournal({ directory })
  receive(first.journal, 'sha', [alertOf(1)])
  expect(modeOf(directory)).toBe('700')
  for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm', 'journal.lock'])
    expect([name, modeOf(join(directory, name))]).toEqual([name, '600'])
  first.journal.close()
  chmodSync(join(directory, 'journal.db'), 0o644)
  openDatabase(directory).close()
  expect(modeOf(join(directory, 'journal.db'))).toBe('600')
})

test('each commit is synchronous and goes to a write-ahead log', () => {
  const { database } = testJournal()
  const pragmas = ['journal_mode', 'synchronous', 'foreign_keys'].map(
    (name) => Object.values(database.get<Record<string, unknown>>(`PRAGMA ${name}`)!)[0],
  )
  expect(pragmas).toEqual(['wal', 2, 1])
})

test('refuses a second writer in this process, and accepts one after the first has closed', () => {
  const directory = scratchDirectory()
  const first = openDatabase(directory)
  expect(() => openDatabase(directory)).toThrow(expect.objectContaining({ code: 'JOURNAL_IN_USE' }))
  first.execute("INSERT INTO meta VALUES ('a', 'b')")
  first.close()
  openDatabase(directory).close()
})

test('refuses a second writer in another process, which can read meanwhile', () => {
  const { directory, journal } = testJournal()
  receive(journal, 'sha', [alertOf(1)])
  const module = new URL('../../../../src/remediate/journal/database.ts', import.meta.url)
  const script = `
    const { openDatabase, openForReading } = await import(${JSON.stringify(module)})
    const reader = openForReading(${JSON.stringify(directory)})
    console.log(reader.get('SELECT count(*) AS runs FROM run').runs)
    try { openDatabase(${JSON.stringify(directory)}); console.log('opened') } catch (error) { console.log(error.code) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stdout).toBe('1\nJOURNAL_IN_USE\n')
  // The lock and the journal are whole.
  expect(receive(journal, 'sha', [alertOf(2)]).opened).toHaveLength(1)
})

test('a reader cannot write', () => {
  const { directory } = testJournal()
  const reader = openForReading(directory)
  expect(() => reader.execute("INSERT INTO meta VALUES ('a', 'b')")).toThrow('readonly')
  reader.close()
})

test("a reader with root's rights leaves no file behind that the service could not open", async () => {
  const directory = join(scratchDirectory(), 'state')
  mkdirSync(directory)
  if (process.geteuid!() === 0) chownSync(directory, 65_534, 65_534)
  await asNobody(dirname(directory), () => openDatabase(directory).close())
  const reader = openForReading(directory)
  const owners = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).uid])
  const { uid } = statSync(directory)
  expect(owners).toEqual(
    ['journal.db', 'journal.db-shm', 'journal.db-wal', 'journal.lock'].map((name) => [name, uid]),
  )
  await asNobody(dirname(directory), () => openDatabase(directory).close())
  reader.close()
})

test('refuses a journal of a newer release, and leaves it as it is', () => {
  const directory = scratchDirectory()
  openDatabase(directory, [...migrations, 'CREATE TABLE later (a) STRICT'.replace('(a)', '(a TEXT)')]).close()
  const before = readFileSync(join(directory, 'journal.db'))
  const message = 'has version 3, but this release only knows up to 2'
  for (const open of [openDatabase, openForReading])
    expect(() => open(directory)).toThrow(
      expect.objectContaining({ code: 'JOURNAL_VERSION', message: expect.stringContaining(message) }),
    )
  expect(readFileSync(join(directory, 'journal.db')).equals(before)).toBe(true)
})

test('runs each migration once, in order, and all or nothing of one', () => {
  const directory = scratchDirectory()
  const one = 'CREATE TABLE a (n INTEGER) STRICT; INSERT INTO a VALUES (1)'
  openDatabase(directory, [one]).close()
  const broken = 'INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (3)'
  expect(() => openDatabase(directory, [one, broken])).toThrow(
    expect.objectContaining({ code: 'JOURNAL_FAILED' }),
  )
  const database = openDatabase(directory, [one, 'INSERT INTO a VALUES (4)'])
  expect(database.all('SELECT n FROM a')).toEqual([{ n: 1 }, { n: 4 }])
  database.close()
  openDatabase(directory, [one, 'INSERT INTO a VALUES (4)']).close()
})

test('a journal of the first release keeps its runs, for which nobody has asked by hand', () => {
  const directory = scratchDirectory()
  const first = openDatabase(directory, migrations.slice(0, 1))
  first.execute(`INSERT INTO run (slot, action, mode, state, created_at, created_age, changed_at, changed_age)
    VALUES ('host|ksm-on|', 'ksm-on', 'propose', 'proposed', 1, 1, 1, 1)`)
  first.close()
  const { journal } = testJournal({ directory })
  expect(findRun(journal, 1)).toMatchObject({ slot: 'host|ksm-on|', state: 'proposed', byHand: undefined })
})

test.each<[string, (path: string) => void]>([
  [
    'is no database',
    (path) => writeFileSync(path, 'not a database, but long enough to be read as one'.repeat(20)),
  ],
  ['was cut short', (path) => truncateSync(path, 8192)],
  [
    'has garbage in the middle',
    (path) => {
      const bytes = readFileSync(path)
      bytes.fill(0xa5, 4096, bytes.length)
      writeFileSync(path, bytes)
    },
  ],
  [
    'belongs to another program',
    (path) => {
      writeFileSync(path, '')
      const other = new DatabaseSync(path)
      other.exec('CREATE TABLE other (a)')
      other.close()
    },
  ],
])('refuses a file that %s, and can then be opened again', (_, damage) => {
  const { directory, journal } = testJournal()
  receive(
    journal,
    'sha',
    Array.from({ length: 100 }, (_, index) => alertOf(index)),
  )
  journal.close()
  damage(join(directory, 'journal.db'))
  for (let attempt = 0; attempt < 2; attempt++)
    expect(() => openDatabase(directory)).toThrow(expect.objectContaining({ code: 'JOURNAL_CORRUPT' }))
})

test('says which path cannot be opened', () => {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'file'), '')
  for (const [open, path] of [
    [openDatabase, join(directory, 'file/journal')],
    [openForReading, join(directory, 'nowhere')],
  ] as const)
    expect(() => open(path)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_FAILED',
        message: expect.stringContaining(join(path, 'journal.db')),
      }),
    )
  mkdirSync(join(directory, 'journal.db'))
  expect(() => openDatabase(directory)).toThrow(expect.objectContaining({ code: 'JOURNAL_FAILED' }))
})

test('the database knows the states of the model, and which of them are open', () => {
  const { database } = testJournal()
  const insert = (state: string, slot: string) =>
    database.run(
      `INSERT INTO run (slot, action, mode, state, created_at, created_age, changed_at, changed_age)
       VALUES (?, 'placebo', 'auto', ?, 0, 0, 0, 0)`,
      slot,
      state,
    )
  for (const state of finalStates) for (let index = 0; index < 2; index++) insert(state, 'final')
  for (const state of openStates) {
    insert(state, state)
    for (const other of openStates) expect(() => insert(other, state)).toThrow('UNIQUE')
  }
  expect(() => insert('novel', 'novel')).toThrow('CHECK')
})

test('a reader says that there is no journal', () => {
  const directory = scratchDirectory()
  expect(() => openForReading(directory)).toThrow(
    `cannot open the journal ${directory}/journal.db: no such file or directory (ENOENT)`,
  )
})
