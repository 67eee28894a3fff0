// The lab's command line: npm run lab -- exec FILE.

import { Command, InvalidArgumentError, Option } from 'commander'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { isKernelLine, type KernelLine, kernels } from './kernels.ts'
import { runInLab } from './run-in-lab.ts'

/** A forgotten prompt ends too. */
const promptSeconds = 24 * 3600

interface Flags {
  kernel: KernelLine
  timeout: number
  cpus: number
  icount: boolean
  modules: boolean
  out?: string
  disk?: string
  shell: boolean
}

const insideHelp = `
Inside, as root: the working tree at /project (writable, changes are lost), FILE's folder at /case (read-only,
the current directory), node and kvminfo on PATH, /tmp and /run empty and writable, both modules loaded,
debugfs, tracefs and cgroup2 mounted, libvirtd started by the first connection to its socket. Environment:
  KVMINFO_KERNEL    the kernel's release       LAB_MODULES   directory of kvminfo.ko and taskinfo.ko
What FILE writes to /out ends up in --out DIR.
FILE is run directly if executable, else .sh by sh and .ts .js by node. Its stdout and stderr come out here
unchanged, on stdout; what the lab itself has to say is on stderr.

  npm run lab -- exec test/lab/cases/smoke.sh --kernel 6.12
  npm run lab -- exec ./mine.sh --timeout 60 --out ./results -- --an-argument-of mine
  npm run lab -- --shell`

const program = new Command('lab').description(
  'An emulated KVM host: needs neither /dev/kvm nor a disk image',
)

program
  .command('exec', { isDefault: true })
  .description('Boot the host, run FILE in it, end with its exit code')
  .argument('[file]', 'script or program to run')
  .argument('[args...]', 'for FILE, after --')
  .addOption(
    new Option('--kernel <line>', "which of Debian's kernels")
      .choices(Object.keys(kernels))
      .default('6.1')
      .argParser(toKernel),
  )
  .option('--timeout <seconds>', 'how long FILE may take', toCount, 300)
  .option('--cpus <n>', 'CPUs of the emulated host', toCount, 2)
  .option('--icount', 'let time be a count of executed instructions: repeatable costs, one CPU', false)
  .option('--no-modules', 'do not load the modules; FILE does')
  .option('--out <dir>', 'directory for what FILE writes to /out')
  .option('--disk <image>', 'raw image of a disk, /dev/vda inside; what is written to it is lost')
  .option('--shell', 'a prompt instead of FILE; leave it with "exit"', false)
  .addHelpText('after', insideHelp)
  .addHelpText('after', exitCodesHelp)
  .action(exec)

await program.parseAsync()

async function exec(file: string | undefined, args: string[], flags: Flags): Promise<void> {
  if (flags.shell === (file !== undefined))
    program.error('lab: give a FILE to run, or --shell', { exitCode: exitCodes.lab })
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupt.abort())
  try {
    const { code, reason } = await runInLab(file, {
      kernel: flags.kernel,
      timeoutSeconds: flags.shell ? promptSeconds : flags.timeout,
      cpus: flags.cpus,
      icount: flags.icount,
      loadModules: flags.modules,
      args,
      ...(flags.out === undefined ? {} : { out: flags.out }),
      ...(flags.disk === undefined ? {} : { disk: flags.disk }),
      onOutput: (chunk) => process.stdout.write(chunk),
      signal: interrupt.signal,
    })
    if (reason !== undefined) console.error(`lab: ${reason}`)
    process.exitCode = code
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : error}`)
    process.exitCode = exitCodes.lab
  }
}

function toKernel(value: string): KernelLine {
  if (!isKernelLine(value)) throw new InvalidArgumentError(`one of ${Object.keys(kernels).join(', ')}`)
  return value
}

function toCount(value: string): number {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number, 1 or more')
  return count
}
