// What the kernel's errno means for a source: absent, denied, vanished or failed.
import { type ErrorCode, KvminfoError } from '../errors.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'SOURCE_ABSENT',
  ENOTDIR: 'SOURCE_ABSENT',
  // The kernel's answer for files of a feature that is compiled in but switched off (psi=0).
  EOPNOTSUPP: 'SOURCE_ABSENT',
  ENOTSUP: 'SOURCE_ABSENT',
  EACCES: 'SOURCE_DENIED',
  // The kernel's answer under lockdown.
  EPERM: 'SOURCE_DENIED',
}

/** The error for a file or directory of the host as a whole. */
export function sourceError(cause: unknown, path: string): KvminfoError {
  if (cause instanceof KvminfoError) return cause
  const errno = errnoOf(cause)
  return new KvminfoError(codes[errno ?? ''] ?? 'SOURCE_FAILED', `cannot read ${path}: ${reasonOf(cause)}`, {
    cause,
  })
}

/** `sourceError`, with a sentence of the reader's own where the interface is not there. */
export function absentAs(message: string, cause: unknown, path: string): KvminfoError {
  const error = sourceError(cause, path)
  return error.code === 'SOURCE_ABSENT' ? new KvminfoError('SOURCE_ABSENT', message, { cause }) : error
}

/** The error for a file under /proc/<pid>: a process that is gone answers ENOENT at open and ESRCH at read. */
export function processError(cause: unknown, pid: number, path: string): KvminfoError {
  const errno = errnoOf(cause)
  if (errno === 'ENOENT' || errno === 'ESRCH') {
    return new KvminfoError('VM_VANISHED', `process ${pid} ended while ${path} was read`, { cause })
  }
  return sourceError(cause, path)
}

function errnoOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code
}

/** Node writes `EACCES: permission denied, open '/path'`; the path is in our own sentence already. */
function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/,\s[a-z]+(\s'.*)?$/s, '') : String(cause)
}
