// kill -9 of a process that journals: before and after every commit of a run, and at any time. What it had acknowledged
// must be in the journal, and nothing else but the one commit that it was about to acknowledge. (Only a power failure
// would show whether the disk keeps what was synced; here, the kernel goes on.)
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Head, verifyChain } from '../../src/remediate/journal/chain.ts'
import { type Database, openDatabase } from '../../src/remediate/journal/database.ts'
import { RunningProcess } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const helper = (name: string) => fileURLToPath(new URL(`../helpers/processes/${name}`, import.meta.url))

/** More commits than a start, the recovery of one run and a whole run have. */
const commitsOfRun = 14

function start(directory: string, runs: number, killAt = ''): RunningProcess {
  const command = [
    process.execPath,
    '--import',
    helper('kill-at-commit.ts'),
    helper('journaling.ts'),
  ] as const
  return new RunningProcess([...command, directory, String(runs)], { KILL_AT_COMMIT: killAt })
}

function acknowledged(stdout: string): Head[] {
  // What follows the last newline is a line that the process could not complete.
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [seq, hash] = line.split(' ')
      return { seq: Number(seq), hash: hash! }
    })
}

/** Asserts what must hold of a journal whose writer was killed; returns how many events it has. */
function check(database: Database, heads: readonly Head[]): number {
  for (const known of heads) {
    expect(database.get('SELECT hash FROM event WHERE seq = ?', known.seq)).toEqual({ hash: known.hash })
  }
  const { bad, events } = verifyChain(database, heads.at(-1))
  expect(bad).toBeUndefined()
  expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
  // Nothing of a commit without the rest of it: a step has its events, and a begun run was begun by a step.
  expect(
    database.all(`SELECT run_id, n FROM step WHERE NOT EXISTS (
      SELECT 1 FROM event WHERE kind = 'intended' AND event.run_id = step.run_id AND body ->> '$.step' = n)`),
  ).toEqual([])
  expect(
    database.all(
      'SELECT id FROM run WHERE (begun_age IS NOT NULL) IS NOT EXISTS (SELECT 1 FROM step WHERE run_id = id)',
    ),
  ).toEqual([])
  return events
}

test('a kill before or after any commit of a run loses nothing that was acknowledged, and leaves nothing half', async () => {
  const directory = scratchDirectory()
  const outcomes: Record<string, number> = { before: 0, after: 0 }
  for (let commit = 1; commit <= commitsOfRun; commit++) {
    for (const when of ['before', 'after'] as const) {
      const running = start(directory, 2, `${when} ${commit}`)
      await once(running.child, 'close')
      expect([when, commit, running.child.signalCode, running.stderr]).toEqual([when, commit, 'SIGKILL', ''])
      const heads = acknowledged(running.stdout)
      const database = openDatabase(directory)
      const events = check(database, heads)
      // The first commits of a new journal are its migration and its start, before anything is acknowledged.
      if (heads.length > 0) {
        const more = events - heads.at(-1)!.seq
        if (when === 'before') expect(more).toBe(0)
        else expect(more).toBeGreaterThan(0)
        outcomes[when]! += 1
      }
      database.close()
    }
  }
  // Not all could have been at the start.
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(commitsOfRun - 4)
})

test('a kill at any time loses nothing that was acknowledged', async () => {
  const directory = scratchDirectory()
  let seen = 0
  for (let round = 1; round <= 8; round++) {
    const running = start(directory, 100_000)
    // After another number of acknowledgements each time; when exactly, the scheduler of the kernel decides.
    while (acknowledged(running.stdout).length < round * 37) await once(running.child.stdout!, 'data')
    running.child.kill('SIGKILL')
    await once(running.child, 'close')
    const heads = acknowledged(running.stdout)
    const database = openDatabase(directory)
    expect(check(database, heads)).toBeGreaterThanOrEqual(heads.at(-1)!.seq)
    seen += heads.length
    database.close()
  }
  expect(seen).toBeGreaterThanOrEqual(37 * 36)
})

test('a process that nobody kills ends by itself', async () => {
  const directory = scratchDirectory()
  const running = start(directory, 3)
  await once(running.child, 'close')
  expect([running.child.exitCode, running.stderr]).toEqual([0, ''])
  const database = openDatabase(directory)
  expect(check(database, acknowledged(running.stdout))).toBe(acknowledged(running.stdout).at(-1)!.seq)
  expect(database.all('SELECT state FROM run')).toEqual([
    { state: 'undone' },
    { state: 'undone' },
    { state: 'undone' },
  ])
  database.close()
})
