// Reading that may fail, done once and handed out as often as asked: the value, or the same error again.
import { KvminfoError } from '../errors.ts'

export type Attempt<T> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: KvminfoError }

/** Keeps the errors that `read` raises on purpose; any other is a bug and passes through. */
export function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read(), error: undefined }
  } catch (error) {
    if (error instanceof KvminfoError) return { value: undefined, error }
    throw error
  }
}

/** `read` at its first call; what came of it at each. */
export function once<T>(read: () => T): () => T {
  let result: Attempt<T> | undefined
  return () => {
    result ??= attempt(read)
    if (result.error !== undefined) throw result.error
    return result.value
  }
}
