// The command `kvminfo top`.
import type { Command } from 'commander'
import { addCommand, readOptions } from './command.ts'
import { type TopOptions, topFlags } from './top-flags.ts'

// At most 80 columns wide, because commander does not wrap it.
const examples = `
Examples:
  Watch the VMs of this host; root sees all of it. h shows the keys:
    sudo kvminfo top
  Watch processes as the thesis's getProcessInfo does, or VMs with threads:
    kvminfo top --view=tasks
    kvminfo top --view=tasks --tree
  What the VMs do now, for a script:
    kvminfo top --once --json | jq '.vms[] | {label, class, ratio}'
  A minute of one VM as CSV:
    kvminfo top --csv --filter=web1 --count=60 > web1.csv
  Record a night, and look at it the next day:
    kvminfo top --record=night.rec --interval=5 --csv > /dev/null
    kvminfo top --replay=night.rec

Exit codes: 0 ended by q, a signal or --count, 1 failed, 2 wrong usage.
`

export function addTop(program: Command, run: (options: TopOptions) => Promise<void>): void {
  addCommand(program, {
    name: 'top',
    description:
      'Watch this host live in the terminal: its VMs with their exits, and its tasks. For scripts, print the same figures. Only reads.',
    examples,
    flags: topFlags,
    run: (command) => run(readOptions(topFlags, command)),
  })
}
