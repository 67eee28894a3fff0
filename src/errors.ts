// The class of all errors that this program raises on purpose. Each has a stable code; a removed code is never reused.

/** What each code means to an operator. The table in errors.md is made from this one. */
export const errorCodes = {
  CHANGE_FAILED:
    'The actuator could not make a change, or only a part of it, which it has put back. The message says what is missing.',
  CONFIG_INVALID:
    'A flag or a configuration file is wrong. At start-up, the program exits before it listens. If the web configuration file becomes wrong later, every client is refused until it is fixed.',
  DEVICES_LEFT_OUT:
    'A VM has more than 256 disks, network interfaces or host devices, of which only the first 256 of each are shown; or processes that nothing but their command lines calls VMs have more than the exporter shows of all of them together.',
  INTERRUPTED:
    'A command was interrupted while it waited for `kvminfo remediate`. What it had asked for goes on; the message says how to undo it.',
  JOURNAL_CORRUPT:
    'The journal of remediation is damaged, or the file is something else. Nothing is remediated until a person has moved it away and has checked what was applied.',
  JOURNAL_FAILED:
    'The journal of remediation cannot be opened, or a write to it failed. After a failed write, nothing more is written until the program is started again.',
  JOURNAL_FULL:
    'No space is left for the journal of remediation. New alerts are refused; what was begun is still finished and undone.',
  JOURNAL_IN_USE: 'Another process writes to the journal of remediation already. Only one may.',
  JOURNAL_VERSION:
    'A newer release has written the journal of remediation, in a form that this release does not know.',
  LISTEN_FAILED: 'The program cannot listen on the given address.',
  NOT_SUPPORTED:
    'The kernel of this host does not have this feature, or it was booted with the feature switched off (pressure stall information without psi=1). This is not a fault.',
  OUTPUT_FAILED: 'A command could not write its output, such as to a file on a full disk.',
  PAYLOAD_REFUSED:
    'The body of a request is not what the address expects. The message names the field. Alertmanager sends such a notification again at every flush, so the error is logged once.',
  PROMETHEUS_MALFORMED:
    'What `kvminfo report` got is not an answer of a Prometheus API. The message names the query and the address.',
  PROMETHEUS_REFUSED:
    'The Prometheus API answered a query of `kvminfo report` with an error. The message has the query, the text of the server and what to do.',
  PROMETHEUS_UNREACHABLE:
    '`kvminfo report` cannot connect to the Prometheus API, or does not trust its certificate.',
  REMEDIATE_REFUSED: '`kvminfo remediate` does not do what a command asked for; the message is its answer.',
  REMEDIATE_UNREACHABLE:
    'A command cannot reach the running `kvminfo remediate`: it does not run, this user may not open its socket, or it has not answered in time.',
  REPORT_EMPTY: 'Prometheus has no series of kvminfo in the range of a report.',
  REPORT_NOT_WRITTEN:
    '`kvminfo report` could not write its output file. A file of that name that was there before is unchanged.',
  RUN_CHANGED:
    'A remediation run is in another state, or has another plan, than the one that a command was meant for: somebody else decided first. Nothing was changed; look at the run again.',
  SOURCE_ABSENT: 'The source is not available on this host (module not loaded, file system not mounted).',
  SOURCE_DENIED: 'The source is available, but the user that the program runs as may not read it.',
  SOURCE_FAILED: 'The source returned an I/O error or did not answer within its deadline.',
  SOURCE_MALFORMED: 'The source returned text that is not in its documented format, or only a part of it.',
  SOURCE_VERSION:
    'A kernel module writes a format version that this program cannot read. Install the modules and the exporter from the same release.',
  VM_VANISHED: 'A VM ended while the exporter was reading it. Its series end with it.',
} as const

export type ErrorCode = keyof typeof errorCodes

/**
 * What the system says: `no such file or directory (ENOENT)` for Node's `ENOENT: no such file or directory, open '/path'`.
 * The message around it names the path, and the call means nothing to an operator. Other errors keep their message.
 */
export function systemReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const [, code, reason] = /^([A-Z][A-Z0-9]+): (.+?)(?:, [a-z]+(?: '.*)?)?$/s.exec(cause.message) ?? []
  return code === undefined ? cause.message : `${reason} (${code})`
}

/** `message` says what failed, on which input, and what to do; `cause` keeps the original. */
export class KvminfoError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KvminfoError'
    this.code = code
  }
}
