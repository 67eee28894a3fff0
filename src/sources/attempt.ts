// A read that may fail: its result is a value or an error, and `once` hands out the same result on every call.
import { KvminfoError } from '../errors.ts'

export type Attempt<T> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: KvminfoError }

/** Catches the errors that `read` throws on purpose. Any other error is a bug and passes through. */
export function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read(), error: undefined }
  } catch (error) {
    if (error instanceof KvminfoError) return { value: undefined, error }
    throw error
  }
}

/** Calls `read` on the first call only; every call returns its value or throws its error. */
export function once<T>(read: () => T): () => T {
  let result: Attempt<T> | undefined
  return () => {
    result ??= attempt(read)
    if (result.error !== undefined) throw result.error
    return result.value
  }
}
