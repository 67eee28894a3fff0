// _exit(2). process.exit() waits for file operations that have begun, and a read of a process's command line can wait for
// ever for a memory lock of that process.

/** Ends this process and all of its threads. Does not return. Throws if libc cannot be loaded. */
export async function exitNow(code: number): Promise<void> {
  // Imported here, because a program hardly ever ends in the middle of a read that hangs.
  const { default: koffi } = await import('koffi')
  const call = koffi.load('libc.so.6').func('void _exit(int status)') as (status: number) => void
  call(code)
}
