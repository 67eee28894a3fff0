// Ctrl-C in the lab, on the real program: the first one ends what runs and removes its files, a second one ends the lab
// at once, and no QEMU outlives the lab. Stand-ins on PATH take the place of apt-cache and QEMU, so nothing boots.

import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, RunningProcess } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'
import { exitCodes } from './exit-codes.ts'

const lab: [string, ...string[]] = [process.execPath, join(import.meta.dirname, 'main.ts')]
const smoke = join(import.meta.dirname, 'cases', 'smoke.sh')

interface StartedLab {
  readonly process: RunningProcess
  /** Holds the lab's temporary files, its cache and the stand-ins. */
  readonly directory: string
  /** Whether the stand-in still runs. */
  standInRuns(): boolean
  /** The stand-in's process group, which is also the lab's. */
  group(): number
}

/** Starts the lab by `command` and returns once it runs `program`, of which it gets a stand-in that only waits. */
async function startUntil(
  program: 'apt-cache' | 'qemu-system-x86_64' | 'bochs-bin',
  command: [string, ...string[]],
  { ignores = '', cache = true } = {},
): Promise<StartedLab> {
  const directory = scratchDirectory()
  for (const name of ['bin', 'tmp']) mkdirSync(join(directory, name))
  const pidFile = join(directory, 'pid')
  const trap = ignores === '' ? '' : `trap '' ${ignores}\n`
  const script = `#!/bin/sh\n${trap}echo $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}\nexec sleep 600\n`
  writeFileSync(join(directory, 'bin', program), script, { mode: 0o755 })
  const running = new RunningProcess(command, {
    PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
    TMPDIR: join(directory, 'tmp'),
    ...(cache ? {} : { XDG_CACHE_HOME: join(directory, 'cache') }),
  })
  // The lab asks for more than a minute only while it fetches and compiles for the first time, or waits for its turn.
  const pid = await eventually(
    `the lab runs ${program}`,
    () => {
      if (!running.isRunning) throw new Error(`the lab ended:\n${running.stderr}`)
      return existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : undefined
    },
    600_000,
  )
  const standInRuns = (): boolean => {
    // A zombie has an empty command line.
    const path = `/proc/${pid}/cmdline`
    return existsSync(path) && readFileSync(path, 'latin1').startsWith('sleep')
  }
  onTestFinished(async () => {
    running.child.kill('SIGKILL')
    await running.finished()
    if (standInRuns()) process.kill(Number(pid), 'SIGKILL')
  })
  const group = (): number => Number(/\) \S \d+ (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))![1])
  return { process: running, directory, standInRuns, group }
}

const leftIn = (directory: string): string[] => [
  ...globSync('tmp/kvminfo-lab-*', { cwd: directory }),
  ...globSync('cache/kvminfo-lab/*/.*', { cwd: directory }),
]

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while a program prepares the run ends both',
  async (signal) => {
    const started = await startUntil('apt-cache', [...lab, smoke], { cache: false })
    started.process.child.kill(signal)
    const { code, stderr } = await started.process.finished()
    expect({ code, stderr }).toEqual({ code: exitCodes.lab, stderr: 'lab: interrupted\n' })
    expect(started.standInRuns()).toBe(false)
    expect(leftIn(started.directory)).toEqual([])
  },
)

test('one Ctrl-C under npm, which forwards it, counts as one', async () => {
  // setsid: a process group of its own, as a terminal's foreground job is.
  const npm = ['setsid', '--wait', 'npm', 'run', '--silent', 'lab', '--', smoke] as [string, ...string[]]
  const started = await startUntil('apt-cache', npm, { cache: false })
  process.kill(-started.group(), 'SIGINT')
  const { stderr } = await started.process.finished()
  expect(stderr).toBe('lab: interrupted\n')
  expect(started.standInRuns()).toBe(false)
  expect(leftIn(started.directory)).toEqual([])
})

test('a second signal ends the lab at once, and says so', async () => {
  const started = await startUntil('apt-cache', [...lab, smoke], { cache: false, ignores: 'INT TERM' })
  started.process.child.kill('SIGINT')
  await setTimeout(1200)
  expect(started.process.isRunning).toBe(true)
  const from = performance.now()
  started.process.child.kill('SIGINT')
  const { code, stderr } = await started.process.finished()
  expect(code).toBe(exitCodes.lab)
  expect(stderr).toBe('lab: a second signal, SIGINT: ended at once; temporary files may be left\n')
  expect(performance.now() - from).toBeLessThan(3000)
})

test('SIGINT while the machine runs kills QEMU and removes the files of the run', async () => {
  const started = await startUntil('qemu-system-x86_64', [...lab, smoke])
  expect(leftIn(started.directory)).not.toEqual([])
  started.process.child.kill('SIGINT')
  const { code, stderr } = await started.process.finished()
  expect(code).toBe(exitCodes.lab)
  expect(stderr).toContain('lab: interrupted')
  expect(started.standInRuns()).toBe(false)
  expect(leftIn(started.directory)).toEqual([])
})

test.each([
  ['QEMU', 'qemu-system-x86_64', []],
  ['Bochs', 'bochs-bin', ['--vendor', 'intel']],
] as const)('%s dies with a lab that is killed', async (name, program, flags) => {
  const started = await startUntil(program, [...lab, smoke, ...flags])
  started.process.child.kill('SIGKILL')
  await started.process.finished()
  await eventually(`${name} is gone`, () => !started.standInRuns() || undefined)
})
