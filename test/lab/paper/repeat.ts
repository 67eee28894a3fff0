// Repeats the thesis's experiments in the lab and writes the page about them: `npm run lab -- paper`.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { unpackedKernel } from '../kernels.ts'
import { runInLab } from '../run-in-lab.ts'
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

const secondsPerRun = 1200

export async function repeatPaper(
  runs: number,
  directory: string,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'kvminfo-paper-'))
  try {
    const results: Record<string, unknown> = {}
    for (const [at, { name, ...clock }] of experiments.entries()) {
      note(`paper: experiment ${at + 1} of ${experiments.length}: ${name}, ${runs} runs`)
      const result = await runInLab(inside, {
        kernel,
        args: [name, `${runs}`],
        out: scratch,
        timeoutSeconds: runs * secondsPerRun,
        ...('wall' in clock ? { cpus: 1 } : { icount: true }),
        onOutput: (chunk) => process.stderr.write(chunk),
        onNote: note,
        signal,
      })
      if (result.code !== 0)
        throw new Error(`the experiment ${name} failed: ${result.reason}\n${result.output}`)
      results[name] = JSON.parse(await readFile(join(scratch, `${name}.json`), 'utf8'))
    }
    const { release } = await unpackedKernel(kernel, note, signal)
    const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      reject: false,
    })
    const date = new Date().toISOString().slice(0, 10)
    const files = pageOf(findingsOf(results as Results), {
      kernel: release,
      runs,
      date,
      commit: commit || 'an unknown commit',
    })
    files.set('results.json', `${JSON.stringify(results, null, 1)}\n`)
    await mkdir(directory, { recursive: true })
    for (const [name, text] of files) await writeFile(join(directory, name), text)
    note(`paper: wrote ${join(directory, 'README.md')}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
