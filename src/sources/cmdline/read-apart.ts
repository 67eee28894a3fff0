// Reads a file in another process. Unlike a thread of this program, that process can be ended if the read hangs: a read that
// waits for a memory lock or for a page of a file system ends with a fatal signal.

/**
 * The first `max` bytes of the file at `path`. Rejects if they cannot be read, if there is no `head`, or if the read takes
 * longer than `deadlineMs`. If even a fatal signal does not end the process, this waits for it.
 */
export async function readApart(path: string, max: number, deadlineMs: number): Promise<Buffer> {
  // Imported at the first use, because few hosts need it and it takes 6 MB of memory.
  const { execa } = await import('execa')
  const { stdout } = await execa('head', ['-c', String(max), '--', path], {
    encoding: 'buffer',
    maxBuffer: max,
    stdin: 'ignore',
    stderr: 'ignore',
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
    forceKillAfterDelay: false,
  })
  return Buffer.from(stdout)
}
