// What `kvminfo top` costs while it shows ten thousand threads, compared with htop and top, in real terminals.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { kvminfoClock, type Monitor, measureMonitors } from './monitors.ts'
import type { BenchPart } from './part.ts'
import { builtProgram } from './servers.ts'

const processes = 100
const threads = 100
const updates = 20
/** CPU time of the list of threads with the module, by that of htop. */
const limitOfModule = 1

/** Threads of an emulator besides its vCPUs, in a tree of files. */
const emulatorThreads = 3

export const part: BenchPart = {
  description: 'CPU time and memory of kvminfo top with ten thousand threads, compared with htop and top',
  async run(progress) {
    const directory = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
    const many = await startThreads(directory)
    try {
      const { paths } = writeFixtureTree(join(directory, 'host'), {
        vms: processes,
        vcpus: threads - emulatorThreads,
        others: 0,
        threads: false,
      })
      const module = [
        `--path.procfs=${paths.procfs}`,
        `--path.sysfs=${paths.sysfs}`,
        `--path.rundir=${paths.rundir}`,
      ]
      const top = [builtProgram(), 'top', '--interval=1']
      const monitors: Monitor[] = [
        {
          name: 'htop',
          command: ['htop', '-d', '10'],
          process: 'htop',
          clock: /Uptime: (\S+ *\S*)/,
        },
        {
          name: 'top -H',
          command: ['top', '-H', '-d', '1'],
          process: 'top',
          clock: /^top - (\S+)/m,
        },
        {
          name: 'kvminfo top, threads, module',
          command: [...top, '--view=tasks', '--threads', ...module],
          process: 'main.js',
          clock: kvminfoClock,
        },
        {
          name: 'kvminfo top, VMs, module',
          command: [...top, ...module],
          process: 'main.js',
          clock: kvminfoClock,
        },
        {
          name: 'kvminfo top, threads, /proc',
          command: [...top, '--view=tasks', '--threads'],
          process: 'main.js',
          clock: kvminfoClock,
        },
        {
          name: 'kvminfo top, processes, /proc',
          command: [...top, '--view=tasks'],
          process: 'main.js',
          clock: kvminfoClock,
        },
      ]
      const costs = await measureMonitors(monitors, updates, progress)
      const [htop, , withModule] = costs
      return {
        tables: [
          {
            title: `Monitors of ${processes} processes with ${threads} threads each, one sample a second`,
            columns: ['program', 'CPU ms per update', 'times htop', 'MB resident'],
            rows: costs.map(({ msPerUpdate, mb }, index) => [
              monitors[index]!.name,
              msPerUpdate.toFixed(1),
              (msPerUpdate / htop!.msPerUpdate).toFixed(2),
              mb.toFixed(0),
            ]),
            notes: [
              'With the module: /proc/taskinfo of such a host as a file. The kernel needs some 3,500 instructions more for each thread.',
              'In terminals of 200 by 50, one after the other.',
            ],
          },
        ],
        targets: [
          {
            what: 'CPU time with the module, times that of htop',
            limit: limitOfModule,
            measured: withModule!.msPerUpdate / htop!.msPerUpdate,
          },
        ],
      }
    } finally {
      many.end()
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** Resolves when all threads run. */
async function startThreads(directory: string): Promise<{ end(): void }> {
  const program = join(directory, 'many-threads')
  const source = fileURLToPath(new URL('many-threads.c', import.meta.url))
  execFileSync('gcc', ['-O1', '-pthread', '-o', program, source])
  const child = spawn(program, [String(processes), String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  return { end: () => child.stdin!.end() }
}
