// The command line: commands, their flags and the help that teaches them.
import { Command, Option } from 'commander'
import type { Collector } from '../collectors/collector.ts'
import { collectorFlag } from './collector-flags.ts'
import type { Flag } from './flag.ts'
import { readServeFlags, type ServeOptions, serveFlags } from './serve-flags.ts'
import { versionText } from './version.ts'

const serveExamples = `
Examples:
  kvminfo serve                                     this host, on http://127.0.0.1:9756/metrics
  kvminfo serve --web.listen-address=:9756 --web.config.file=web.yml
                                                    for a Prometheus elsewhere, by TLS and password
  kvminfo serve --no-collector.ksm                  all collectors but one
  kvminfo serve --collector.disable-defaults --collector.vm
                                                    one collector only
  kvminfo serve --log.level=debug                   also what is expected to be absent

A scrape may name some of the collectors that are on: /metrics?collect[]=vm&collect[]=exits
`

function optionOf(flag: Flag<unknown>): Option {
  const option = new Option(
    `--${flag.name}${flag.argument === undefined ? '' : ` ${flag.argument}`}`,
    flag.defaults.length === 0
      ? flag.description
      : `${flag.description} (default: ${flag.defaults.join(', ')})`,
  )
  // Every text is kept: what they mean is for the flag to say.
  return flag.argument === undefined
    ? option
    : option.argParser((text, before: string[] | undefined) => [...(before ?? []), text])
}

function collectorOptions({ name, description, enabledByDefault }: Collector): Option[] {
  const shown = enabledByDefault ? 'on' : 'off'
  return [
    new Option(`--${collectorFlag(name)}`, `${description} (default: ${shown})`),
    new Option(`--no-${collectorFlag(name)}`).hideHelp(),
  ]
}

/** Commander's values by the flag's own name; it would spell `web.listen-address` as `web.listenAddress`. */
function valuesByName(command: Command): Map<string, unknown> {
  return new Map(
    command.options.map((option) => [
      option.name().replace(/^no-/, ''),
      command.opts()[option.attributeName()],
    ]),
  )
}

function readServeOptions(command: Command, collectors: readonly Collector[]): ServeOptions {
  const values = valuesByName(command)
  const choices = collectors.flatMap(({ name }): [string, boolean][] => {
    const choice = values.get(collectorFlag(name))
    return typeof choice === 'boolean' ? [[name, choice]] : []
  })
  const flags = readServeFlags((name) => {
    const value = values.get(name)
    return typeof value === 'boolean' ? [String(value)] : (value as string[] | undefined)
  })
  return { ...flags, collectorChoices: new Map(choices) }
}

export interface Commands {
  serve(options: ServeOptions): Promise<void>
}

/** Throws commander's errors, and ours for flags that are wrong. */
export function createProgram(commands: Commands, collectors: readonly Collector[]): Command {
  const program = new Command('kvminfo')
    .description(
      "Where each VM's exits end, inside KVM or out in QEMU: metrics of a KVM host for Prometheus.",
    )
    .version(versionText, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand(false)
    .exitOverride()

  const serve = program
    .command('serve')
    .description('Serve the metrics of this host.')
    .version(versionText, '--version', 'Print the version.')
    .configureHelp({
      optionTerm: (option) => option.flags.replace(/^--collector\.(?!disable-defaults)/, '--[no-]collector.'),
    })
    .addHelpText('after', serveExamples)
    .action((_options, command: Command) => commands.serve(readServeOptions(command, collectors)))
  for (const flag of Object.values(serveFlags)) serve.addOption(optionOf(flag))
  for (const collector of collectors)
    for (const option of collectorOptions(collector)) serve.addOption(option)

  return program
}
