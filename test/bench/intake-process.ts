// The process that intake.ts measures: journals alerts in the directory of its first argument and prints figures as JSON.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLogger } from '../../src/log/logger.ts'
import { hostClock } from '../../src/remediate/journal/clock.ts'
import { openJournal } from '../../src/remediate/journal/journal.ts'
import { type ReceivedAlert, receive } from '../../src/remediate/journal/receive.ts'

export interface IntakeFigures {
  /** Alerts per second. */
  readonly cases: readonly { readonly perRequest: number; readonly journal: number; readonly bare: number }[]
  /** Alerts and megabytes. */
  readonly residentMb: readonly (readonly [number, number])[]
}

const vms = 1_000
const [root] = process.argv.slice(2)

const journal = openJournal(join(root!, 'journal'), {
  clock: hostClock,
  boot: 'bench',
  log: createLogger({ level: 'info', format: 'logfmt', isColoured: false }),
})

mkdirSync(join(root!, 'bare'))
const bare = new DatabaseSync(join(root!, 'bare/bare.db'))
bare.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304')
bare.exec(
  'CREATE TABLE alert (fingerprint TEXT, starts_at TEXT, status TEXT, labels TEXT, body_sha TEXT, at INTEGER)',
)
const insert = bare.prepare('INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?)')

function alert(index: number): ReceivedAlert {
  const number = index % vms
  const hex = number.toString(16).padStart(12, '0')
  const vm = {
    uuid: `6f1a7c1e-0000-4000-8000-${hex}`,
    pid: 10_000 + number,
    startTick: 5,
    label: `vm-${number}`,
  }
  return {
    fingerprint: `7d1f${hex}`,
    startsAt: '2026-01-01T00:00:00.000Z',
    status: 'firing',
    labels: {
      alertname: 'KvmVmCpuStarved',
      instance: 'host-1:9756',
      job: 'kvminfo',
      vm: vm.label,
      remediation: 'sched-tier',
      severity: 'warning',
    },
    request: { action: 'sched-tier', mode: 'auto', vm, device: undefined, policySha: 'f'.repeat(64) },
  }
}

function insertBare(alerts: readonly ReceivedAlert[]): void {
  bare.exec('BEGIN IMMEDIATE')
  for (const { fingerprint, startsAt, status, labels } of alerts)
    insert.run(fingerprint, startsAt, status, JSON.stringify(labels), sha, Date.now())
  bare.exec('COMMIT')
}

const sha = 'e'.repeat(64)
let received = 0
const residentMb: [number, number][] = []

/** Milliseconds. */
function time(call: () => void): number {
  const start = performance.now()
  call()
  return performance.now() - start
}

function compare(perRequest: number, requests: number) {
  let [journalMs, bareMs] = [0, 0]
  for (let request = 0; request < requests; request++) {
    const alerts = Array.from({ length: perRequest }, (_, index) => alert(received + index))
    journalMs += time(() => receive(journal, sha, alerts))
    bareMs += time(() => insertBare(alerts))
    received += perRequest
    noteMemory()
  }
  const count = requests * perRequest
  console.log(`# ${count} alerts, ${perRequest} per request`)
  return { perRequest, journal: (count / journalMs) * 1000, bare: (count / bareMs) * 1000 }
}

function noteMemory(): void {
  if (received >= 10_000 * 10 ** residentMb.length) {
    // VmRSS is in kB.
    const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))!
    residentMb.push([received, Number(kb) / 1000])
  }
}

const cases = [compare(1, 5_000), compare(10, 500), compare(500, 180)]
const [{ alerts }] = journal.all<{ alerts: number }>('SELECT count(*) AS alerts FROM alert') as [
  { alerts: number },
]
if (alerts !== received) throw new Error(`the journal has ${alerts} of ${received} alerts`)
journal.close()
bare.close()
console.log(JSON.stringify({ cases, residentMb } satisfies IntakeFigures))
