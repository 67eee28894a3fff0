import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KeptCommandLines } from '../../../../src/sources/cmdline/kept-command-lines.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const recorded = readFileSync(
  new URL('../../../fixtures/qemu-7.2-libvirt-9.0/proc/5293/cmdline', import.meta.url),
)

test('gives what the sources have read, without reading it again, and says why it cannot', async () => {
  const procfs = scratchDirectory()
  const pathOf = (pid: number) => join(procfs, String(pid), 'cmdline')
  const write = (pid: number, content: Buffer) => {
    mkdirSync(join(procfs, String(pid)))
    writeFileSync(pathOf(pid), content)
  }
  write(10, recorded)
  write(11, Buffer.alloc(0))
  write(12, Buffer.alloc(2 * 1024 * 1024, 'x'))
  const kept = new KeptCommandLines(procfs)
  const enough = 2 * 1024 * 1024
  for (const pid of [10, 11, 12]) await kept.readers.here(pathOf(pid), enough)
  await expect(kept.readers.here(pathOf(13), enough)).rejects.toThrow('ENOENT')
  rmSync(procfs, { recursive: true })
  expect(kept.tuning(10).cpuModel).toBe('qemu64')
  for (const [pid, code] of [
    [11, 'SOURCE_MALFORMED'],
    [12, 'SOURCE_MALFORMED'],
    [13, 'VM_VANISHED'],
    // Nobody has read it, or the read hangs.
    [14, 'SOURCE_FAILED'],
  ] as const)
    expect(() => kept.tuning(pid)).toThrow(expect.objectContaining({ code }))
})
