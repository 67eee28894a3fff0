// The command line: the commands, their flags and their help.
import { Command, Option } from 'commander'
import type { Collector } from '../collectors/collector.ts'
import { type ActuateOptions, actuateFlags } from './actuate-flags.ts'
import { collectorFlag } from './collector-flags.ts'
import { type Flag, type Flags, type FlagValues, readFlags } from './flag.ts'
import { type ServeOptions, serveFlags } from './serve-flags.ts'
import { versionText } from './version.ts'

// At most 80 columns wide, because commander does not wrap it.
const serveExamples = `
Examples:
  Serve this host on http://127.0.0.1:9756/metrics, and the live page on /:
    kvminfo serve
  Let a Prometheus on another host scrape, with TLS and a password:
    kvminfo serve --web.listen-address=:9756 --web.config.file=web.yml
  Switch one collector off:
    kvminfo serve --no-collector.ksm
  Run two collectors only:
    kvminfo serve --collector.disable-defaults --collector.vm --collector.exits
  Also log why expected data is missing:
    kvminfo serve --log.level=debug

A single scrape can ask for some of the enabled collectors:
  curl -g 'http://127.0.0.1:9756/metrics?collect[]=vm&collect[]=exits'

The web configuration file has the format that all Prometheus exporters share:
  https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 failed, 2 wrong usage or
configuration.
`

const actuateExamples = `
The actuator changes this host: the scheduling of vCPU threads. It accepts a
closed set of operations over its Unix socket, and checks each of them again.
It needs CAP_SYS_NICE.

Stop all changes, except those that restore what was before:
  touch /run/kvminfo/remediation.stop

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 failed, 2 wrong usage or
configuration. Stopping it changes nothing on the host.
`

/** Headings of the help, by the first part of the flags' names. */
const groupHeadings: Readonly<Record<string, string>> = {
  web: 'Web server:',
  actuator: 'Requests:',
  path: 'Where to read the host:',
  log: 'Logging:',
  collector: 'Collectors (on unless marked; --no-collector.<name> switches one off):',
}

function inGroup(option: Option): Option {
  const [prefix] = option.name().replace(/^no-/, '').split('.')
  return option.helpGroup(groupHeadings[prefix!] ?? 'General:')
}

/** Descriptions are Markdown because the README lists them too; a terminal needs no backticks. */
const plainText = (markdown: string): string => markdown.replaceAll('`', '')

function optionOf(flag: Flag<unknown>): Option {
  const description = plainText(flag.description)
  const option = new Option(
    `--${flag.name}${flag.argument === undefined ? '' : ` ${flag.argument}`}`,
    flag.defaults.length === 0 ? description : `${description} (default: ${flag.defaults.join(', ')})`,
  )
  // Keeps every text given, because the flag itself decides what several of them mean.
  return flag.argument === undefined
    ? option
    : option.argParser((text, before: string[] | undefined) => [...(before ?? []), text])
}

function collectorOptions({ name, description, enabledByDefault }: Collector): Option[] {
  return [
    new Option(`--${collectorFlag(name)}`, enabledByDefault ? description : `${description} (default: off)`),
    new Option(`--no-${collectorFlag(name)}`).hideHelp(),
  ]
}

/** Commander's values by the name of the flag. Commander itself would turn `web.listen-address` into `web.listenAddress`. */
function valuesByName(command: Command): Map<string, unknown> {
  return new Map(
    command.options.map((option) => [
      option.name().replace(/^no-/, ''),
      command.opts()[option.attributeName()],
    ]),
  )
}

function readOptions<Of extends Flags>(flags: Of, command: Command): FlagValues<Of> {
  const values = valuesByName(command)
  return readFlags(flags, (name) => {
    const value = values.get(name)
    return typeof value === 'boolean' ? [String(value)] : (value as string[] | undefined)
  })
}

function readServeOptions(command: Command, collectors: readonly Collector[]): ServeOptions {
  const values = valuesByName(command)
  const choices = collectors.flatMap(({ name }): [string, boolean][] => {
    const choice = values.get(collectorFlag(name))
    return typeof choice === 'boolean' ? [[name, choice]] : []
  })
  return { ...readOptions(serveFlags, command), collectorChoices: new Map(choices) }
}

export interface Commands {
  serve(options: ServeOptions): Promise<void>
  actuate(options: ActuateOptions): Promise<void>
}

interface CommandDefinition {
  readonly name: string
  readonly description: string
  /** Printed below the flags. */
  readonly examples: string
  readonly flags: Flags
  /** Options that are not made of flags. */
  readonly more?: readonly Option[]
  readonly run: (command: Command) => Promise<void>
}

function addCommand(program: Command, definition: CommandDefinition): void {
  const { name, description, examples, flags, more = [], run } = definition
  const command = program
    .command(name)
    .showHelpAfterError(`kvminfo ${name} --help lists the flags.`)
    .description(description)
    .configureHelp({
      optionTerm: (option) =>
        option.flags
          .replace(/^--collector\.(?!disable-defaults)/, '--[no-]collector.')
          // As in the examples and as most people type it; commander takes both forms.
          .replace(' <', '=<'),
    })
    .addHelpText('after', examples)
    .action((_options, given: Command) => run(given))
  for (const option of [...Object.values(flags).map(optionOf), ...more]) command.addOption(inGroup(option))
  command.optionsGroup('General:').version(versionText, '--version', 'Print the version.')
}

/** `parseAsync` of the result throws a CommanderError for wrong usage and a KvminfoError for a wrong value of a flag. */
export function createProgram(commands: Commands, collectors: readonly Collector[]): Command {
  const program = new Command('kvminfo')
    .description(
      "Prometheus exporter for KVM hosts. It shows how many of each VM's exits KVM handled itself and how many it handed to QEMU, together with the VM's CPU, memory and devices.",
    )
    .optionsGroup('General:')
    .version(versionText, '--version', 'Print the version.')
    .addHelpOption(inGroup(new Option('-h, --help', 'Print this help.')))
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'kvminfo: ')) })
    .showHelpAfterError('kvminfo --help lists the commands.')
    .addHelpText('after', '\nkvminfo serve --help lists the flags of serve, with examples.')
    .exitOverride()

  addCommand(program, {
    name: 'serve',
    description: "Serve this host's metrics and its live page over HTTP. The exporter only reads the host.",
    examples: serveExamples,
    flags: serveFlags,
    more: collectors.flatMap(collectorOptions),
    run: (command) => commands.serve(readServeOptions(command, collectors)),
  })
  addCommand(program, {
    name: 'actuate',
    description: 'Execute changes to this host that kvminfo remediate asks for over a Unix socket.',
    examples: actuateExamples,
    flags: actuateFlags,
    run: (command) => commands.actuate(readOptions(actuateFlags, command)),
  })

  return program
}
