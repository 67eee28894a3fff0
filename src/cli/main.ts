#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 node --max-semi-space-size=2 --heap-growing-percent=30 --no-concurrent-recompilation --optimize-for-size
// Entry point of the program, and the only place that ends the process. Exit codes: 0 done, 1 failed, 2 wrong usage or
// configuration. Those of `kvminfo doctor` say what it found, so that it fails with 3.
// The heap limits in the first line keep the garbage of scrapes from piling up. With V8's defaults, which suit a program
// that has the machine to itself, 1,000 VMs took 350 MB and two fifths less CPU time (test/bench/README.md has what each
// flag costs). With a fixed mmap threshold, malloc returns the megabytes of each response to the system; its default
// threshold rises, and the memory stays in fragments. V8's concurrent compiler leaves ten megabytes behind; compiling in
// the main thread leaves only a few. Code that is optimized for size saves another 5 to 7 MB, and costs some 7 % of CPU
// time with 50 VMs and 30 % with 1,000. A heap that may grow by 30 % between two collections takes as little memory as one
// that may grow by 10 %, and a quarter less CPU time.
import { CommanderError } from 'commander'
import { collectors } from '../collectors/index.ts'
import { KvminfoError, systemReason } from '../errors.ts'
import { errorText } from '../log/error-text.ts'
import type { ActuateOptions } from './actuate-flags.ts'
import type { DoctorOptions } from './doctor-flags.ts'
import { type Commands, createProgram } from './program.ts'
import type { ReportOptions } from './report-flags.ts'
import type { ServeOptions } from './serve-flags.ts'
import type { TopOptions } from './top-flags.ts'

/** What `kvminfo doctor` found, as its exit code. */
let diagnosis = 0

const tune = () => import('./commands/tune.ts')
const client = () => import('./commands/remediate-client.ts')

/** Imported on demand, because `--help` and `--version` take half the time without them. */
const commands: Commands = {
  serve: async (options: ServeOptions) => (await import('./commands/serve.ts')).serve(options),
  remediate: {
    serve: async (options) => (await import('./commands/remediate.ts')).remediate(options),
    list: async (options) => (await client()).list(options),
    history: async (options) => (await client()).history(options),
    show: async (id, options) => (await client()).show(id, options),
    plan: async (action, vm, options) => (await client()).plan(action, vm, options),
    approve: async (id, options) => (await client()).approve(id, options),
    decline: async (id, options) => (await client()).decline(id, options),
    undo: async (id, options) => (await client()).undo(id, options),
    stop: async (options) => (await client()).stop(options),
    resume: async (options) => (await client()).resume(options),
    verifyJournal: async (options) => (await client()).verifyJournal(options),
  },
  tune: {
    change: async (request, options) => (await tune()).change(request, options),
    undo: async (target, options) => (await tune()).undo(target, options),
    status: async (vm, options) => (await tune()).status(vm, options),
  },
  actuate: async (options: ActuateOptions) => (await import('./commands/actuate.ts')).actuate(options),
  doctor: async (options: DoctorOptions) => {
    diagnosis = await (await import('./commands/doctor.ts')).doctor(options)
  },
  report: async (options: ReportOptions) => (await import('./commands/report.ts')).report(options),
  top: async (options: TopOptions) => (await import('./commands/top.ts')).top(options),
}

const isDoctor = process.argv[2] === 'doctor'

/** Why the standard output could not be written. A reader such as head, which has enough, is not a failure. */
let outputError: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') outputError ??= error
})

async function run(): Promise<number> {
  try {
    await createProgram(commands, collectors).parseAsync()
    await outputWritten()
    return diagnosis
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message. It uses exit code 1 also when it prints the help because no command was given.
      return error.exitCode === 0 ? 0 : isDoctor ? 3 : 2
    }
    console.error(`kvminfo: ${errorText(error)}`)
    if (isDoctor) return 3
    return error instanceof KvminfoError && error.code === 'CONFIG_INVALID' ? 2 : 1
  }
}

async function outputWritten(): Promise<void> {
  await new Promise((resolve) => process.stdout.write('', resolve))
  if (outputError === undefined) return
  const message = `cannot write to the standard output: ${systemReason(outputError)}`
  throw new KvminfoError('OUTPUT_FAILED', message, { cause: outputError })
}

const code = await run()
if (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) {
  const { exitNow } = await import('../native/exit-now.ts')
  await exitNow(code)
}
process.exit(code)
