// The chain of events: each has the SHA-256 of the hash before it and of its own content. Who can write the file can also
// make a new chain of it; therefore the head goes to journald, and verifyChain compares it.
import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { Moment } from './clock.ts'
import type { Database, Reader } from './database.ts'

export interface Head {
  readonly seq: number
  /** SHA-256, hexadecimal. */
  readonly hash: string
}

/** Before the first event. */
export const origin: Head = { seq: 0, hash: '0'.repeat(64) }

interface Content extends Moment {
  readonly seq: number
  readonly run: number | null
  readonly kind: string
  /** Canonical JSON. */
  readonly body: string
}

/** SHA-256 of the hash before and of the event as canonical JSON, its keys in order: age, at, body, kind, run, seq, uptime. */
function hashOf(previous: string, { age, at, body, kind, run, seq, uptime }: Content): string {
  const text = `{"age":${age},"at":${at},"body":${body},"kind":${JSON.stringify(kind)},"run":${run},"seq":${seq},"uptime":${uptime}}`
  return hash('sha256', previous + text, 'hex')
}

/** The last event; seq 0 if there is none. */
export function head(reader: Reader): Head {
  return reader.get<Head>('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1') ?? origin
}

/** Only inside of a transaction. */
export function append(
  database: Database,
  { at, uptime, age }: Moment,
  run: number | null,
  kind: string,
  body: unknown,
): void {
  const previous = head(database)
  const content = { seq: previous.seq + 1, at, uptime, age, run, kind, body: canonicalJson(body) }
  database.run(
    'INSERT INTO event (seq, at, uptime, age, run_id, kind, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    content.seq,
    at,
    uptime,
    age,
    run,
    kind,
    content.body,
    previous.hash,
    hashOf(previous.hash, content),
  )
}

/** The first event that is wrong, and why. */
export interface Bad {
  readonly seq: number
  readonly why: string
}

export interface Verified {
  readonly events: number
  readonly head: Head
  /** undefined if all are right. */
  readonly bad: Bad | undefined
}

type Row = Content & { readonly prev_hash: string; readonly hash: string }

/**
 * Walks the whole chain, and compares the state of each run with the last event that says it. `known` is a head that was
 * noted elsewhere: the chain must contain it, otherwise its end was cut off or it was made anew.
 */
export function verifyChain(database: Database, known?: Head): Verified {
  return database.snapshot(() => {
    const states = new Map<number, { readonly state: string; readonly seq: number }>()
    let last = origin
    let bad: Verified['bad']
    for (const row of database.each<Row>(
      'SELECT seq, at, uptime, age, run_id AS run, kind, body, prev_hash, hash FROM event ORDER BY seq',
    )) {
      const why = whyBad(row, last, known)
      if (why !== undefined) {
        bad = { seq: why.seq, why: why.why }
        break
      }
      if (row.run !== null && (row.kind === 'opened' || row.kind === 'moved')) {
        states.set(row.run, { state: (JSON.parse(row.body) as { to: string }).to, seq: row.seq })
      }
      last = { seq: row.seq, hash: row.hash }
    }
    if (bad === undefined && known !== undefined && last.seq < known.seq) {
      bad = {
        seq: last.seq + 1,
        why: `the journal ends with event ${last.seq}, but event ${known.seq} is known from elsewhere`,
      }
    }
    return { events: last.seq, head: last, bad: bad ?? wrongRun(database, states) }
  })
}

/** The next `limit` events after `last`, which was right. `known` as in verifyChain. The result's `last` is right too. */
export function verifyPart(
  reader: Reader,
  last: Head,
  limit: number,
  known: Head | undefined,
): { readonly last: Head; readonly bad: Bad | undefined } {
  const there = reader.get<{ hash: string }>('SELECT hash FROM event WHERE seq = ?', last.seq)
  if (last.seq > 0 && there?.hash !== last.hash)
    return { last, bad: { seq: last.seq, why: `event ${last.seq} was ${there ? 'changed' : 'removed'}` } }
  let right = last
  for (const row of reader.all<Row>(
    'SELECT seq, at, uptime, age, run_id AS run, kind, body, prev_hash, hash FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
    last.seq,
    limit,
  )) {
    const bad = whyBad(row, right, known)
    if (bad !== undefined) return { last: right, bad }
    right = { seq: row.seq, hash: row.hash }
  }
  return { last: right, bad: undefined }
}

function whyBad(row: Row, last: Head, known: Head | undefined): Bad | undefined {
  if (row.seq !== last.seq + 1) return { seq: last.seq + 1, why: `event ${last.seq + 1} is missing` }
  const { seq } = row
  if (row.prev_hash !== last.hash) return { seq, why: `event ${seq} does not follow on event ${last.seq}` }
  if (row.hash !== hashOf(last.hash, row)) return { seq, why: `event ${seq} was changed` }
  if (known?.seq === seq && known.hash !== row.hash)
    return { seq, why: `event ${seq} has another hash than the one known from elsewhere` }
  return undefined
}

function wrongRun(
  database: Database,
  states: ReadonlyMap<number, { readonly state: string; readonly seq: number }>,
): Verified['bad'] {
  let count = 0
  for (const { id, state } of database.each<{ id: number; state: string }>('SELECT id, state FROM run')) {
    const said = states.get(id)
    if (said?.state !== state) {
      const by = said === undefined ? 'no event says so' : `event ${said.seq} says ${said.state}`
      return { seq: said?.seq ?? 0, why: `run ${id} is ${state}, but ${by}` }
    }
    count += 1
  }
  return count === states.size ? undefined : { seq: 0, why: `${states.size - count} runs are missing` }
}
