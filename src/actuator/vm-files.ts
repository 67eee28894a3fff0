// One small file for each VM in a folder below /run, named `<pid>-<start tick>`, so that it never counts for a later
// process with the same pid; one named `host`; and one for each domain of libvirt, by its UUID. Only the actuator's user can
// write there, but what is read is checked as if anybody could.
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { KvminfoError, systemReason } from '../errors.ts'

/** The part of a VM's identity that the names of files have. */
export interface VmProcess {
  readonly pid: number
  /** Clock ticks of 10 ms since boot. */
  readonly startTick: number
}

/** What has a file: a process, or something else with a name that no process has. */
export type FileSubject = VmProcess | { readonly name: string }

/** More than the changes to 4,096 vCPU threads take. */
const maxBytes = 1024 * 1024

const namePattern = /^([1-9]\d{0,9})-(0|[1-9]\d{0,14})$/

export const fileName = (subject: FileSubject): string =>
  'name' in subject ? subject.name : `${subject.pid}-${subject.startTick}`

/** The VMs that have a file; other names are ignored. Throws Node's own error. */
export function listVmFiles(directory: string): VmProcess[] {
  return readdirSync(directory).flatMap((name) => {
    const [, pid, startTick] = namePattern.exec(name) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), startTick: Number(startTick) }]
  })
}

/** undefined without a file; '' for what is no regular file, is too large or cannot be read. */
export function readVmFile(directory: string, subject: FileSubject): string | undefined {
  let fd: number
  try {
    // O_NONBLOCK, because opening a FIFO would wait for a writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    fd = openSync(join(directory, fileName(subject)), flags)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : ''
  }
  try {
    const { size } = fstatSync(fd)
    if (!fstatSync(fd).isFile() || size > maxBytes) return ''
    const buffer = Buffer.alloc(size)
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, size, 0))
  } catch {
    return ''
  } finally {
    closeSync(fd)
  }
}

export class VmFiles {
  readonly directory: string

  /** Creates the folder and removes what an interrupted write left. Throws CHANGE_FAILED without the folder. */
  constructor(directory: string) {
    this.directory = directory
    try {
      mkdirSync(directory, { recursive: true, mode: 0o755 })
    } catch (cause) {
      const message = `cannot create ${directory}: ${systemReason(cause)}; start the program as root or by its unit, or create the folder for its user`
      throw new KvminfoError('CHANGE_FAILED', message, { cause })
    }
    for (const name of readdirSync(directory))
      if (name.startsWith('.')) rmSync(join(directory, name), { force: true, recursive: true })
  }

  list(): VmProcess[] {
    return listVmFiles(this.directory)
  }

  read(subject: FileSubject): string | undefined {
    return readVmFile(this.directory, subject)
  }

  /** Another process sees the old text or the new one, never a part. Throws Node's own error. */
  write(subject: FileSubject, text: string): void {
    const temporary = join(this.directory, `.${fileName(subject)}`)
    rmSync(temporary, { force: true, recursive: true })
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o644 })
    renameSync(temporary, this.#path(subject))
  }

  remove(subject: FileSubject): void {
    rmSync(this.#path(subject), { force: true, recursive: true })
  }

  #path(subject: FileSubject): string {
    return join(this.directory, fileName(subject))
  }
}
