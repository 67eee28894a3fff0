// The directory of status files: changed files are parsed again, and a broken file costs only its own VM.
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
    /** Like libvirt: writes a new file and renames it over the old one. */
    write(name: string, text: string, mode = 0o644) {
      writeFileSync(path(`${name}.new`), text, { mode })
      renameSync(path(`${name}.new`), path(name))
    },
    remove: (name: string) => rmSync(path(name)),
  }
}

describe('status files', () => {
  it('are parsed again when they change, and forgotten when they are removed', async () => {
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

  it('cost only their own VM if they are broken', async () => {
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

  it('are one error of the source, and not one per VM, if this user may not read them', async () => {
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

  it('are absent if libvirt is not running', async () => {
    const files = new StatusFiles('/nonexistent')
    await files.refresh()
    expect(files.error()).toMatchObject({ code: 'SOURCE_ABSENT' })
    expect(files.error()?.message).toContain('is not running')
  })
})

it('keeps only the needed parts of a file in memory', async () => {
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
