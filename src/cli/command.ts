// Makes a command of commander from the definition of its flags.
import { type Command, Option } from 'commander'
import { type Flag, type Flags, type FlagValues, readFlags } from './flag.ts'
import { versionText } from './version.ts'

/** Headings of the help, by the first part of the flags' names. */
const groupHeadings: Readonly<Record<string, string>> = {
  web: 'Web server:',
  policy: 'Policy and state:',
  state: 'Policy and state:',
  actuator: 'Actuator:',
  http: 'Access to the API:',
  tls: 'Access to the API:',
  path: 'Where to read the host:',
  log: 'Logging:',
  collector: 'Collectors (on unless marked; --no-collector.<name> switches one off):',
}

export function inGroup(option: Option): Option {
  const [prefix, rest] = option.name().replace(/^no-/, '').split('.')
  return option.helpGroup((rest === undefined ? undefined : groupHeadings[prefix!]) ?? 'General:')
}

/** Descriptions are Markdown because the README lists them too; a terminal needs no backticks. */
const plainText = (markdown: string): string =>
  markdown.replaceAll('`', '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')

function optionOf(flag: Flag<unknown>): Option {
  const description = plainText(flag.description)
  const option = new Option(
    `--${flag.name}${flag.argument === undefined ? '' : ` ${flag.argument}`}`,
    flag.defaults.every((value) => value === '')
      ? description
      : `${description} (default: ${flag.defaults.join(', ')})`,
  )
  // Keeps every text given, because the flag itself decides what several of them mean.
  return flag.argument === undefined
    ? option
    : option.argParser((text, before: string[] | undefined) => [...(before ?? []), text])
}

/** Commander's values by the name of the flag. Commander itself would turn `web.listen-address` into `web.listenAddress`. */
export function valuesByName(command: Command): Map<string, unknown> {
  return new Map(
    command.options.map((option) => [
      option.name().replace(/^no-/, ''),
      command.opts()[option.attributeName()],
    ]),
  )
}

export function readOptions<Of extends Flags>(flags: Of, command: Command): FlagValues<Of> {
  const values = valuesByName(command)
  return readFlags(flags, (name) => {
    const value = values.get(name.replace(/^no-/, ''))
    if (name.startsWith('no-')) return value === false ? [''] : undefined
    return typeof value === 'boolean' ? [String(value)] : (value as string[] | undefined)
  })
}

export interface CommandDefinition {
  readonly name: string
  readonly description: string
  /** Printed below the flags. */
  readonly examples: string
  readonly flags: Flags
  /** Options that are not made of flags. */
  readonly more?: readonly Option[]
  /** Such as `<id>`; optional ones in brackets. */
  readonly arguments?: readonly string[]
  /** absent if only the commands below it do something. */
  readonly run?: (command: Command, args: readonly string[]) => Promise<void>
}

/** `parent` is the program, or a command that has commands of its own. */
export function addCommand(parent: Command, definition: CommandDefinition): Command {
  const { name, description, examples, flags, more = [], run } = definition
  const full = parent.parent === null ? name : `${parent.name()} ${name}`
  if (parent.parent !== null)
    parent.showHelpAfterError(`kvminfo ${parent.name()} --help lists the commands and flags.`)
  const command = parent
    .command(name)
    .enablePositionalOptions()
    .showHelpAfterError(`kvminfo ${full} --help lists the flags.`)
    .description(description)
    .helpCommand(false)
    .configureHelp({
      // Wide terms must not make commander give up wrapping, which it does below 40 columns.
      minWidthToWrap: 20,
      optionTerm: (option) =>
        option.flags
          .replace(/^--collector\.(?!disable-defaults)/, '--[no-]collector.')
          // As in the examples and as most people type it; commander takes both forms.
          .replace(' <', '=<'),
    })
    .addHelpText('after', examples)
  if (run !== undefined) command.action(() => run(command, command.args))
  for (const one of definition.arguments ?? []) command.argument(one)
  for (const option of [...Object.values(flags).map(optionOf), ...more]) command.addOption(inGroup(option))
  command.optionsGroup('General:').version(versionText, '--version', 'Print the version.')
  return command
}
