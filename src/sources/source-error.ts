// Turns the kernel's errno into an error code of a source: absent, denied, vanished or failed.
import { existsSync } from 'node:fs'
import { type ErrorCode, KvminfoError, systemReason } from '../errors.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'SOURCE_ABSENT',
  ENOTDIR: 'SOURCE_ABSENT',
  // Files of a feature that is compiled in but switched off (psi=0).
  EOPNOTSUPP: 'SOURCE_ABSENT',
  ENOTSUP: 'SOURCE_ABSENT',
  EACCES: 'SOURCE_DENIED',
  // Files that kernel lockdown forbids.
  EPERM: 'SOURCE_DENIED',
}

/** The error for a file or directory that does not belong to one process. A KvminfoError passes through unchanged. */
export function sourceError(cause: unknown, path: string): KvminfoError {
  if (cause instanceof KvminfoError) return cause
  const errno = errnoOf(cause)
  return new KvminfoError(
    codes[errno ?? ''] ?? 'SOURCE_FAILED',
    `cannot read ${path}: ${systemReason(cause)}`,
    {
      cause,
    },
  )
}

/** Like `sourceError`, but with `message` if the source does not exist. */
export function absentAs(message: string, cause: unknown, path: string): KvminfoError {
  const error = sourceError(cause, path)
  return error.code === 'SOURCE_ABSENT' ? new KvminfoError('SOURCE_ABSENT', message, { cause }) : error
}

/**
 * Like `sourceError`, but NOT_SUPPORTED with `message` if the kernel does not have the feature: `path` does not exist
 * although `root`, a directory that every kernel has, does. Without `root` the file system is not mounted.
 */
export function unsupportedAs(message: string, cause: unknown, path: string, root: string): KvminfoError {
  const error = sourceError(cause, path)
  return error.code === 'SOURCE_ABSENT' && existsSync(root)
    ? new KvminfoError('NOT_SUPPORTED', message, { cause })
    : error
}

/** The error for the file of one of our modules: the module is not loaded, or this user may not read the file. */
export function moduleFileError(module: 'kvminfo' | 'taskinfo', cause: unknown, path: string): KvminfoError {
  const error = absentAs(`the ${module} module is not loaded: there is no ${path}`, cause, path)
  if (error.code !== 'SOURCE_DENIED') return error
  const message = `${error.message}; add the user that runs the exporter to the file's group (kvminfo)`
  return new KvminfoError('SOURCE_DENIED', message, { cause })
}

/** The error for a file under /proc/<pid>. If the process has ended, open fails with ENOENT and read with ESRCH. */
export function processError(cause: unknown, pid: number, path: string): KvminfoError {
  const errno = errnoOf(cause)
  if (errno === 'ENOENT' || errno === 'ESRCH') {
    return new KvminfoError('VM_VANISHED', `process ${pid} ended while ${path} was being read`, { cause })
  }
  return sourceError(cause, path)
}

function errnoOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code
}
