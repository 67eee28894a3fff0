// Repeats the thesis's experiments in the lab and writes the page about them: `npm run lab -- paper`.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { exitCodes } from '../exit-codes.ts'
import { unpackedKernel } from '../kernels.ts'
import { runInLab } from '../run-in-lab.ts'
import type { Variants } from './experiments.ts'
import { findingsOf, type Results } from './findings.ts'
import { pageOf } from './page.ts'

const inside = join(import.meta.dirname, 'inside.ts')
const kernel = '6.1'

/** `wall`: with the emulator's usual clock, because ten VMs that wait for each other need time to pass. */
const experiments = [
  { name: 'switches' },
  { name: 'disk' },
  { name: 'network' },
  { name: 'cpu' },
  { name: 'memory' },
  { name: 'ten', wall: true },
] as const

/**
 * An experiment takes 40 to 105 s on two free cores. Now and then QEMU executes hardly any instruction in a machine with an
 * instruction clock any more (seen twice in some thirty machines, cause unknown), so a run that takes too long is made again.
 */
const secondsPerRun = 900
const triesPerRun = 3

/**
 * Runs all experiments `runs` times, one after the other, and writes the page again after each time, so that a page is there
 * when it is interrupted. Each run has a machine of its own, so that it does not depend on what ran before.
 */
export async function repeatPaper(
  runs: number,
  directory: string,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { release } = await unpackedKernel(kernel, note, signal)
  const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: import.meta.dirname,
    reject: false,
  })
  const results = Object.fromEntries(experiments.map(({ name }) => [name, []])) as unknown as Results
  for (let run = 1; run <= runs; run++) {
    for (const [at, experiment] of experiments.entries()) {
      note(`paper: run ${run} of ${runs}, experiment ${at + 1} of ${experiments.length}: ${experiment.name}`)
      results[experiment.name].push(await runOnce(experiment, note, signal))
    }
    const date = new Date().toISOString().slice(0, 10)
    const machine = { kernel: release, runs: run, date, commit: commit || 'an unknown commit' }
    const files = pageOf(findingsOf(results), machine)
    files.set('results.json', `${JSON.stringify(results, null, 1)}\n`)
    await mkdir(directory, { recursive: true })
    for (const [name, text] of files) await writeFile(join(directory, name), text)
    note(`paper: wrote ${join(directory, 'README.md')} after run ${run} of ${runs}`)
  }
}

async function runOnce(
  { name, ...clock }: (typeof experiments)[number],
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<Variants> {
  const scratch = await mkdtemp(join(tmpdir(), 'kvminfo-paper-'))
  try {
    for (let tries = 1; ; tries++) {
      const result = await runInLab(inside, {
        kernel,
        args: [name],
        out: scratch,
        timeoutSeconds: secondsPerRun,
        ...('wall' in clock ? { cpus: 1 } : { icount: true }),
        onOutput: (chunk) => process.stderr.write(chunk),
        onNote: note,
        signal,
      })
      if (result.code === 0)
        return JSON.parse(await readFile(join(scratch, `${name}.json`), 'utf8')) as Variants
      if (result.code !== exitCodes.timeout || tries === triesPerRun)
        throw new Error(`the experiment ${name} failed: ${result.reason}\n${result.output}`)
      note(`paper: ${name} took longer than ${secondsPerRun} s; once more`)
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
