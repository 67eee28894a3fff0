// The tables. A migration that was released is never changed: a new one is added at the end.
//
// `at` is the wall clock (milliseconds since the Unix epoch), for people. `age` is the time of the journal (clock.ts), for
// arithmetic. Columns with a `_sha` hold SHA-256, hexadecimal.

const first = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  slot TEXT NOT NULL,
  action TEXT NOT NULL,
  mode TEXT NOT NULL,
  vm_uuid TEXT,
  vm_pid INTEGER,
  vm_start_tick INTEGER,
  vm_label TEXT,
  device TEXT,
  policy_sha TEXT,
  state TEXT NOT NULL CHECK (state IN (
    'received', 'proposed', 'approved', 'applying', 'waiting', 'measuring', 'holding', 'undoing',
    'kept', 'unproven', 'undone', 'refused', 'declined', 'expired', 'obsolete', 'overridden', 'person')),
  plan TEXT,
  plan_sha TEXT,
  verdict TEXT,
  reason TEXT,
  created_at INTEGER NOT NULL,
  created_age INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_age INTEGER NOT NULL,
  -- When the first change of the host was intended; NULL if the run has not tried to change anything.
  begun_age INTEGER,
  ended_age INTEGER
) STRICT;
CREATE UNIQUE INDEX one_open ON run (slot) WHERE state IN (
  'received', 'proposed', 'approved', 'applying', 'waiting', 'measuring', 'holding', 'undoing');
CREATE INDEX run_slot ON run (slot, begun_age);
CREATE INDEX run_begun ON run (begun_age);

-- Evidence only: what was received, whether or not it led to a run.
CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('firing', 'resolved')),
  labels TEXT NOT NULL,
  body_sha TEXT NOT NULL,
  run_id INTEGER REFERENCES run (id),
  at INTEGER NOT NULL,
  age INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_age ON alert (age);
CREATE INDEX alert_run ON alert (run_id, fingerprint) WHERE run_id IS NOT NULL;

CREATE TABLE step (
  run_id INTEGER NOT NULL REFERENCES run (id),
  n INTEGER NOT NULL,
  is_undo INTEGER NOT NULL CHECK (is_undo IN (0, 1)),
  operation TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('intent', 'done', 'failed', 'unknown')),
  answer TEXT,
  at INTEGER NOT NULL,
  age INTEGER NOT NULL,
  PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE window (
  run_id INTEGER NOT NULL REFERENCES run (id),
  n INTEGER NOT NULL,
  phase TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  age INTEGER NOT NULL,
  PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX window_age ON window (age);

CREATE TABLE quarantine (
  slot TEXT PRIMARY KEY,
  -- NULL: until a person ends it.
  until_age INTEGER,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE approval (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  who TEXT NOT NULL,
  how TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approved', 'declined')),
  plan_sha TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_age INTEGER
) STRICT;
CREATE INDEX approval_run ON approval (run_id);

-- The chain. Each hash covers the hash before it, so that nothing in the middle can be changed unnoticed.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  uptime INTEGER NOT NULL,
  age INTEGER NOT NULL,
  run_id INTEGER,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX event_run ON event (run_id, seq) WHERE run_id IS NOT NULL;
-- Also stops INSERT OR REPLACE, which deletes without the trigger below.
CREATE TRIGGER event_is_appended BEFORE INSERT ON event
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`

/** JSON of ByHand; NULL if nobody asked for the run by hand. */
const second = 'ALTER TABLE run ADD COLUMN by_hand TEXT;'

/** Migration n makes version n + 1 of version n. */
export const migrations: readonly string[] = [first, second]
