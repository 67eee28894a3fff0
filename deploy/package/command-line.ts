// The program's own definitions of its commands and flags, from which man pages and completion are generated.
import type { Command } from 'commander'
import { type Commands, createProgram } from '../../src/cli/program.ts'
import { collectors } from '../../src/collectors/index.ts'

export interface Term {
  readonly term: string
  readonly description: string
}

export interface CommandPage {
  /** As typed: `kvminfo serve`. */
  readonly name: string
  readonly usage: string
  readonly description: string
  readonly options: readonly Term[]
  readonly commands: readonly Term[]
  /** The pages of these commands; of `kvminfo` itself, none. */
  readonly below: readonly CommandPage[]
  /** What `--help` prints below the lists, such as examples. */
  readonly after: string
  /** Every option, also those that `--help` does not list; `argument` is such as `<file>`. */
  readonly flags: readonly { readonly name: string; readonly argument: string | undefined }[]
}

/** What `addHelpText('after', …)` adds. Commander prints it but does not give it. */
function textAfterHelp(command: Command): string {
  let printed = ''
  command.configureOutput({
    writeOut: (text) => {
      printed += text
    },
  })
  command.outputHelp()
  return printed.slice(command.helpInformation().length).trim()
}

/** As typed. */
const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`

function page(command: Command): CommandPage {
  const help = command.createHelp()
  return {
    name: fullName(command),
    usage: help.commandUsage(command),
    description: help.commandDescription(command),
    options: help
      .visibleOptions(command)
      .map((option) => ({ term: help.optionTerm(option), description: help.optionDescription(option) })),
    commands: help.visibleCommands(command).map((below) => ({
      term: help.subcommandTerm(below),
      description: help.subcommandDescription(below),
    })),
    below: command.parent === null ? [] : command.commands.map(page),
    after: textAfterHelp(command),
    flags: [
      ...command.options.map(({ long, flags }) => ({
        name: long ?? flags,
        argument: /<.*>/.exec(flags)?.[0],
      })),
      { name: '--help', argument: undefined },
    ],
  }
}

/** The page of `kvminfo` itself, then one for each of its commands. */
export function commandPages(): CommandPage[] {
  // Nothing is run, so no command needs to do anything.
  const program = createProgram({} as Commands, collectors)
  return [program, ...program.commands].map(page)
}
