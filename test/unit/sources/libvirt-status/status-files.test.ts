// The folder of status files: what changed is parsed again, what is broken costs its own VM.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StatusFiles } from '../../../../src/sources/libvirt-status/status-files.ts'
import { asNobody } from '../../../helpers/as-nobody.ts'
import { retainedBytes } from '../../../helpers/retained-bytes.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const xml = readFileSync(
  new URL('../../../fixtures/qemu-7.2-libvirt-9.0/libvirt/old.xml', import.meta.url),
  'utf8',
)

function runDirectory() {
  const rundir = scratchDirectory()
  const path = (name: string) => join(rundir, 'libvirt/qemu', name)
  mkdirSync(path(''), { recursive: true })
  return {
    rundir,
    /** As libvirt does: a new file, renamed onto the old. */
    write(name: string, text: string, mode = 0o644) {
      writeFileSync(path(`${name}.new`), text, { mode })
      renameSync(path(`${name}.new`), path(name))
    },
    remove: (name: string) => rmSync(path(name)),
  }
}

describe('status files', () => {
  it('are parsed again when they change, and forgotten when they go', async () => {
    const run = runDirectory()
    run.write('old.xml', xml)
    const files = new StatusFiles(run.rundir)
    await files.refresh()
    expect(files.domains().get(5308)).toMatchObject({ name: 'old', balloonBytes: 128 * 1024 ** 2 })
    const before = files.domains().get(5308)
    await files.refresh()
    expect(files.domains().get(5308)).toBe(before)
    run.write('old.xml', xml.replace("<currentMemory unit='KiB'>131072", "<currentMemory unit='KiB'>65536"))
    await files.refresh()
    expect(files.domains().get(5308)?.balloonBytes).toBe(64 * 1024 ** 2)
    run.remove('old.xml')
    await files.refresh()
    expect(files.domains().size).toBe(0)
    expect(files.error()).toBeUndefined()
  })

  it('that are broken cost their own VM', async () => {
    const run = runDirectory()
    run.write('old.xml', xml)
    run.write('broken.xml', xml.slice(0, 5_000))
    run.write('old.pid', '5308')
    const files = new StatusFiles(run.rundir)
    await files.refresh()
    expect([...files.domains().keys()]).toEqual([5308])
    expect(files.problems()).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
    expect(files.problems()[0]?.subject).toMatch(/broken\.xml$/)
    expect(files.error()).toBeUndefined()
  })

  it('that this user may not read say so once, as a source and not for each VM', async () => {
    const run = runDirectory()
    run.write('old.xml', xml, 0o600)
    const files = new StatusFiles(run.rundir)
    await asNobody(run.rundir, () => files.refresh())
    expect(files.domains().size).toBe(0)
    expect(files.problems()).toEqual([])
    expect(files.error()).toMatchObject({ code: 'SOURCE_DENIED' })
    await files.refresh()
    expect([...files.domains().keys()]).toEqual([5308])
    expect(files.error()).toBeUndefined()
  })

  it('where libvirt does not run are absent', async () => {
    const files = new StatusFiles('/nonexistent')
    await files.refresh()
    expect(files.error()).toMatchObject({ code: 'SOURCE_ABSENT' })
    expect(files.error()?.message).toContain('does not run here')
  })
})

it('keeps what it needs of a file, not all of it', async () => {
  const run = runDirectory()
  const files = new StatusFiles(run.rundir)
  const padding = `<description>${'x'.repeat(1_000_000)}</description>`
  for (let nth = 0; nth < 20; nth++)
    run.write(
      `vm-${nth}.xml`,
      xml.replace('<uuid>', `${padding}<uuid>`).replace("pid='5308'", `pid='${6000 + nth}'`),
    )
  const bytes = await retainedBytes(async () => {
    await files.refresh()
    return files
  })
  expect(files.problems()).toEqual([])
  expect(files.domains().size).toBe(20)
  expect(bytes).toBeLessThan(5_000_000)
})
