// Commander's class with better guesses at what was meant. Commander calls these methods but does not document them; the
// tests in program.test.ts fail if a later version no longer does.
import { Command } from 'commander'

interface Refusals {
  unknownOption(flag: string): void
  unknownCommand(): void
  _excessArguments(args: readonly string[]): void
}

const inherited = Command.prototype as unknown as Refusals

export class ProgramCommand extends Command implements Refusals {
  override createCommand(name?: string): ProgramCommand {
    return new ProgramCommand(name)
  }

  /** Without the value, because commander compares the whole argument with the names of the flags. */
  unknownOption(flag: string): void {
    inherited.unknownOption.call(this, flag.replace(/=.*/s, ''))
  }

  unknownCommand(): void {
    inherited.unknownCommand.call(this)
  }

  /** An argument of a command that has commands is a misspelt one, also where the command does something by itself. */
  _excessArguments(args: readonly string[]): void {
    if (this.commands.length > 0) this.unknownCommand()
    else inherited._excessArguments.call(this, args)
  }
}
