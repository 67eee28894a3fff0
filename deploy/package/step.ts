// Running other programs, and errors that need no stack because they say what to do.
import { spawnSync } from 'node:child_process'

/** Ends the program with its message and no stack. */
export class PackageError extends Error {}

/** Debian's package of each program that we run. */
const debianPackages: Record<string, string> = {
  'dpkg-deb': 'dpkg',
  'dpkg-shlibdeps': 'dpkg-dev',
  rpmbuild: 'rpm',
  strip: 'binutils',
  git: 'git',
  buildah: 'buildah',
}

export function say(text: string): void {
  console.log(`==> ${text}`)
}

/** Runs a whole program. A PackageError, or a wrong option, is printed after `name` and sets exit code 1. */
export function runProgram(name: string, program: () => void): void {
  try {
    program()
  } catch (error) {
    const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ?? false
    if (!(error instanceof PackageError) && !isUsage) throw error
    console.error(`${name}: ${(error as Error).message}`)
    process.exitCode = 1
  }
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program and returns what it prints. Throws a PackageError with its output if it fails. */
export function run(file: string, args: readonly string[], { cwd, env = {} }: RunOptions = {}): string {
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    ...(cwd === undefined ? {} : { cwd }),
    // Texts and the order of sorted lists must not depend on the user's language.
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    const packageName = debianPackages[file]
    throw new PackageError(
      packageName === undefined
        ? `cannot find ${file}; run "npm ci" first`
        : `cannot find ${file}; install it: apt-get install ${packageName} (or npm run test:setup)`,
    )
  }
  if (error !== undefined) throw new PackageError(`cannot run ${file}: ${error.message}`)
  if (status !== 0) {
    const command = [file, ...args].join(' ')
    throw new PackageError(`${command} failed (${signal ?? `exit code ${status}`}):\n${stdout}${stderr}`)
  }
  return stdout
}
