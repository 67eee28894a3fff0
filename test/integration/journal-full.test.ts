// The journal on a real file system that is full: a tmpfs in a mount namespace of its own, which needs no root.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scratchDirectory } from '../helpers/scratch.ts'

const script = fileURLToPath(new URL('../helpers/processes/full-disk.ts', import.meta.url))

test('on a full disk, what was begun is finished and undone, nothing new is accepted, and nothing is damaged', () => {
  const mount = 'mount -t tmpfs -o size=32m tmpfs "$1" && exec "$2" "$3" "$1"'
  const { stdout, stderr } = spawnSync(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      mount,
      'sh',
      scratchDirectory(),
      process.execPath,
      script,
    ],
    { encoding: 'utf8' },
  )
  const message =
    'no space is left for the journal; new alerts are refused, what was begun is still finished and undone'
  expect(
    stderr.split('\n').filter((line) => !line.includes(message) && !line.includes('has space again')),
  ).toEqual([''])
  expect(JSON.parse(stdout)).toEqual({
    hadBallast: true,
    whileFull: {
      bavail: 0,
      receive: 'JOURNAL_FULL',
      isFull: true,
      hasBallast: false,
      outcome: 'ok',
      again: 'JOURNAL_FULL',
      undo: 'ok',
      notes: 'ok',
    },
    restarted: { isFull: true, receive: 'JOURNAL_FULL' },
    end: 'JOURNAL_FULL',
    stillReadable: 'undone',
    afterwards: { isFull: false, hasBallast: true, receive: 'ok' },
    bad: 'nothing',
    integrity: { integrity_check: 'ok' },
  })
})
