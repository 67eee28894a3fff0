// The lab's command line: npm run lab -- exec FILE.

import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { missingPackages } from '../setup/missing-packages.ts'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { isKernelLine, type KernelLine, kernelLines } from './kernels.ts'
import { repeatPaper } from './paper/repeat.ts'
import { runInLab, type Vendor, vendors } from './run-in-lab.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** So that a forgotten prompt ends, too. */
const promptSeconds = 24 * 3600

interface Flags {
  kernel: KernelLine
  vendor: Vendor
  timeout: number
  cpus?: number
  icount: boolean
  modules: boolean
  out?: string
  disk?: string
  iommu: boolean
  shell: boolean
}

const insideHelp = `
FILE runs as root. It finds:
  - the working tree at /project (writable; changes are lost)
  - its own folder at /case (read-only; the current directory)
  - node and kvminfo on PATH
  - /tmp and /run, empty and writable; what it writes to /out ends up in --out DIR
  - both modules loaded; debugfs, tracefs and cgroup2 mounted
  - libvirt; the first connection to its socket starts libvirtd
  - KVMINFO_KERNEL, the kernel's release, and LAB_MODULES, the directory of kvminfo.ko and taskinfo.ko

With --vendor intel, the machine has an initramfs, serial ports and nothing else. FILE is then a shell script
or a static program. It finds busybox, both modules loaded, its own path, the folder beside it with its name
without ".sh", KVMINFO_KERNEL, LAB_MODULES and /project/test/lab/guests/exits. Time is a count of
instructions there. --disk, --iommu, --out and --shell need --vendor amd.

If FILE is executable, it is run directly; otherwise sh runs .sh files and node runs .ts, .mts, .js and .mjs
files. Its stdout and stderr appear unchanged on stdout. The lab's own messages go to stderr.

Ctrl-C stops the machine and removes temporary files. A second Ctrl-C, a second or more later, ends the lab
at once. With --shell, Ctrl-C goes to the prompt.

Examples:
  npm run lab -- exec test/lab/cases/smoke.sh --kernel 6.12
  npm run lab -- exec ./mine.sh --timeout 60 --out ./results -- --an-argument-of mine
  npm run lab -- exec test/lab/cases/vendors.sh --vendor intel
  npm run lab -- --shell`

const program = new Command('lab').description(
  'Boots an emulated KVM host and runs a file in it. Needs neither /dev/kvm nor a disk image.\n' +
    'The first run downloads a Debian kernel and builds the modules.\n' +
    'All options: npm run lab -- exec --help',
)

program
  .command('exec', { isDefault: true })
  .description('boot the host, run FILE in it, and exit with its exit code')
  .argument('[file]', 'script or program to run')
  .argument('[args...]', 'arguments for FILE, after --')
  .addOption(
    new Option('--kernel <line>', 'kernel line of Debian to boot')
      .choices(kernelLines)
      .default('6.1')
      .argParser(toKernel),
  )
  .addOption(
    new Option('--vendor <name>', 'CPU to emulate: AMD by QEMU, or Intel by Bochs (see below)')
      .choices(vendors)
      .default('amd'),
  )
  .option('--timeout <seconds>', 'how long FILE may take', toCount, 300)
  .option('--cpus <n>', 'CPUs of the emulated host (default: 2; 1 with --vendor intel)', toCount)
  .option('--icount', 'make time a count of executed instructions: repeatable costs, one CPU', false)
  .option('--no-modules', 'do not load the modules, because FILE loads them')
  .option('--out <dir>', 'directory for what FILE writes to /out')
  .option('--disk <image>', 'raw disk image, /dev/vda inside; changes are lost')
  .option('--iommu', 'an IOMMU, and a spare NVMe disk behind it (modules nvme and vfio-pci)', false)
  .option('--shell', 'open a prompt instead of running FILE; leave it with "exit"', false)
  .addHelpText('after', insideHelp)
  .addHelpText('after', exitCodesHelp)
  .action(exec)

program
  .command('paper')
  .description("repeat the thesis's experiments and write a page with our figures beside the thesis's")
  .option('--runs <n>', 'how often to run all experiments; the page is written after each time', toCount, 3)
  .option('--out <dir>', 'directory for the page', join(import.meta.dirname, 'paper', 'results'))
  .action(async ({ runs, out }: { runs: number; out: string }) => {
    await stoppable((signal) => repeatPaper(runs, out, (line) => console.error(line), signal))
  })

await program.parseAsync()

async function exec(file: string | undefined, args: string[], flags: Flags): Promise<void> {
  if (flags.shell === (file !== undefined))
    program.error('lab: give either a FILE to run or --shell', { exitCode: exitCodes.lab })
  const needsAmd = flags.shell || flags.iommu || flags.disk !== undefined || flags.out !== undefined
  if (flags.vendor === 'intel' && needsAmd)
    program.error('lab: --disk, --iommu, --out and --shell need --vendor amd', { exitCode: exitCodes.lab })
  await stoppable(async (signal) => {
    const { code, reason } = await runInLab(file, {
      kernel: flags.kernel,
      vendor: flags.vendor,
      timeoutSeconds: flags.shell ? promptSeconds : flags.timeout,
      ...(flags.cpus === undefined ? {} : { cpus: flags.cpus }),
      icount: flags.icount,
      loadModules: flags.modules,
      args,
      ...(flags.out === undefined ? {} : { out: flags.out }),
      ...(flags.disk === undefined ? {} : { disk: flags.disk }),
      iommu: flags.iommu,
      onOutput: (chunk) => process.stdout.write(chunk),
      signal,
    })
    if (reason !== undefined) console.error(`lab: ${reason}`)
    if (code === exitCodes.silence) hintAtMissingPackages()
    process.exitCode = code
  })
}

async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = stopOnSignal('lab', exitCodes.lab)
  try {
    await work(stop)
  } catch (error) {
    // Ctrl-C also reaches the compilers, so a failure after it is not an error of its own.
    const reason = stop.aborted ? 'interrupted' : error instanceof Error ? error.message : error
    console.error(`lab: ${reason}`)
    if (!stop.aborted) hintAtMissingPackages()
    process.exitCode = exitCodes.lab
  }
}

/** Missing packages are not an error as long as a run does not need them, but the likeliest cause if it fails. */
function hintAtMissingPackages(): void {
  try {
    const missing = missingPackages()
    if (missing.length > 0)
      console.error(`lab: Debian packages are missing: ${missing.join(' ')}. Run: sudo npm run test:setup`)
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : error}`)
  }
}

function toKernel(value: string): KernelLine {
  if (!isKernelLine(value)) throw new InvalidArgumentError(`It must be one of ${kernelLines.join(', ')}.`)
  return value
}

function toCount(value: string): number {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number, 1 or more.')
  return count
}
