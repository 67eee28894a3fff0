// Splits the bytes of /proc/<pid>/cmdline into QEMU's options, if the process is a QEMU.
import { basename } from 'node:path'
import { type Budget, maxBytes, maxDeviceOptions, maxWords } from './budget.ts'
import { type Option, PairsOption, parseJson, parsePairs } from './option.ts'
import { valued, valueless } from './option-names.ts'

/** The key of a first item without `=`, by option (`implied_opt_name` in QEMU’s option lists). */
const impliedKeys: Readonly<Record<string, string>> = {
  machine: 'type',
  accel: 'accel',
  name: 'guest',
  m: 'size',
  device: 'driver',
  drive: 'file',
  blockdev: 'driver',
  netdev: 'type',
  nic: 'type',
  net: 'type',
  object: 'qom-type',
  chardev: 'backend',
  mon: 'chardev',
  qmp: 'address',
}

/** QEMU accepts JSON for these (since 6.0 at the earliest) and never for -drive, -machine, -name or -nic. */
const inJson = new Set(['device', 'blockdev', 'netdev', 'object'])

/** Other spellings of an option. */
const aliases: Readonly<Record<string, string>> = {
  M: 'machine',
  'qmp-pretty': 'qmp',
  nodefconfig: 'no-user-config',
}

const deviceOptions = new Set('device drive nic net hda hdb hdc hdd cdrom sd'.split(' '))

/** One option as given. Its value is parsed when something asks for it, and once. */
export class Argument {
  readonly name: string
  /** '' for an option without a value. */
  readonly value: string
  #option: Option | undefined

  constructor(name: string, value: string, option?: Option) {
    this.name = name
    this.value = value
    this.#option = option
  }

  get isJson(): boolean {
    return inJson.has(this.name) && this.value.startsWith('{')
  }

  option(budget: Budget): Option {
    this.#option ??= this.isJson
      ? parseJson(this.value, budget)
      : new PairsOption(parsePairs(this.value, impliedKeys[this.name] ?? '', budget))
    return this.#option
  }
}

export class Arguments {
  readonly program: string
  /** All options in the order given. */
  readonly inOrder: readonly Argument[]
  readonly budget: Budget
  readonly #byName = new Map<string, Argument[]>()

  constructor(program: string, inOrder: readonly Argument[], budget: Budget) {
    this.program = program
    this.inOrder = inOrder
    this.budget = budget
    let devices = 0
    for (const argument of inOrder) {
      if (deviceOptions.has(argument.name)) devices++
      const others = this.#byName.get(argument.name)
      if (others === undefined) this.#byName.set(argument.name, [argument])
      else others.push(argument)
    }
    budget.spend(inOrder.length)
    budget.limit(devices, maxDeviceOptions, 'devices')
    this.#applySet()
  }

  /** `-set drive.disk0.cache=none` changes the option with that id. QEMU refuses one that is not there or is in JSON. */
  #applySet(): void {
    const byId = new Map<string, Map<string | undefined, Option>>()
    for (const { value } of this.#byName.get('set') ?? []) {
      const [, group, id, key, text] = /^([^.]+)\.([^.]+)\.([^=]+)=(.*)$/s.exec(value) ?? []
      if (group === undefined || key === undefined || text === undefined) continue
      let options = byId.get(group)
      if (options === undefined) {
        options = new Map(this.all(group).map((option) => [option.get('id'), option]))
        byId.set(group, options)
      }
      const option = options.get(id)
      if (option instanceof PairsOption) option.set(key, text)
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  values(name: string): string[] {
    return (this.#byName.get(name) ?? []).map(({ value }) => value)
  }

  all(name: string): Option[] {
    return (this.#byName.get(name) ?? []).map((argument) => argument.option(this.budget))
  }

  /** In the order in which QEMU creates them: those in JSON come last (vl.c, qemu_create_cli_devices). */
  devices(): Option[] {
    const given = this.#byName.get('device') ?? []
    const inOrder = given.toSorted((a, b) => Number(a.isJson) - Number(b.isJson))
    return inOrder.map((argument) => argument.option(this.budget))
  }

  /** For options that QEMU merges into one if they are given several times: the last value of a key counts. */
  merged(name: string, key: string): string | undefined {
    return this.all(name)
      .map((option) => option.get(key))
      .findLast((value) => value !== undefined)
  }
}

/** The name of the program, without its directory. */
export function programOf(cmdline: Buffer): string {
  const nul = cmdline.indexOf(0)
  const end = nul === -1 ? cmdline.length : nul
  // A path is at most 4096 bytes long.
  return basename(cmdline.toString('utf8', Math.max(0, end - 4096), end))
}

/** undefined for an empty command line, which a kernel thread has. A name may contain bytes that are no UTF-8. */
export function parseArguments(cmdline: Buffer, budget: Budget): Arguments | undefined {
  if (cmdline.length === 0) return undefined
  budget.limit(cmdline.length, maxBytes, 'bytes')
  budget.spend(cmdline.length)
  const words = cmdline.toString('utf8').split('\0')
  if (words.at(-1) === '') words.pop()
  budget.limit(words.length, maxWords, 'words')
  const inOrder: Argument[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!
    // A word that belongs to no option is the image of the first disk (vl.c, qemu_init).
    if (!word.startsWith('-')) inOrder.push(new Argument('hda', word))
    else {
      const given = word.replace(/^--?/, '')
      const name = Object.hasOwn(aliases, given) ? aliases[given]! : given
      const next = words[at + 1]
      const hasValue = next !== undefined && takesNext(given, next)
      inOrder.push(new Argument(name, hasValue ? next : ''))
      if (hasValue) at++
    }
  }
  return new Arguments(programOf(cmdline), inOrder, budget)
}

/** An unknown option may be one without a value of a later QEMU. It must not swallow the next option. */
const takesNext = (name: string, next: string): boolean =>
  valued.has(name) || (!valueless.has(name) && !next.startsWith('-'))
