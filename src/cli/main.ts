#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 node --max-semi-space-size=2 --heap-growing-percent=10 --no-concurrent-recompilation
// The program's entry, and the only place that ends the process. Exit codes: 0 done, 1 failed, 2 wrong usage.
// The heap's limits keep a scrape's garbage from piling up: with V8's own, which suit a program that has the machine
// to itself, 1,000 VMs took 370 MB and a quarter less CPU time (test/bench). A fixed threshold gives the megabytes of
// each answer back to the system, where malloc's own, which rises, keeps them in pieces. What compiles beside the
// program leaves ten megabytes behind; compiled in its turn, it leaves few.
import { CommanderError } from 'commander'
import { collectors } from '../collectors/index.ts'
import { KvminfoError } from '../errors.ts'
import { errorText } from '../log/error-text.ts'
import { createProgram } from './program.ts'
import type { ServeOptions } from './serve-flags.ts'

/** Loaded when needed: `--help` and `--version` answer in half the time without. */
const serve = async (options: ServeOptions) => (await import('./commands/serve.ts')).serve(options)

async function run(): Promise<number> {
  try {
    await createProgram({ serve }, collectors).parseAsync()
    return 0
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has printed its message; help that nobody asked for is its code 1 too.
      return error.exitCode === 0 ? 0 : 2
    }
    console.error(`kvminfo: ${errorText(error)}`)
    return error instanceof KvminfoError && error.code === 'CONFIG_INVALID' ? 2 : 1
  }
}

process.exit(await run())
