// The command `kvminfo doctor`.
import type { Command } from 'commander'
import { addCommand, readOptions } from './command.ts'
import { type DoctorOptions, doctorFlags } from './doctor-flags.ts'

// At most 80 columns wide, because commander does not wrap it.
const examples = `
Examples:
  Look at this host and its VMs; root sees all of it:
    sudo kvminfo doctor
  One kind of finding only, for a script:
    kvminfo doctor --only=vm-emulated-disk --json
  What would be done about one finding, without doing it:
    kvminfo doctor --fix=transparent-huge-pages
    kvminfo doctor --fix=vm-emulated-disk/web1/ide0-0-0
  All but two checks, in CI:
    kvminfo doctor --skip=iommu --skip=sriov --junit > doctor.xml

Severities: critical, VMs cannot run or lose data; warning, VMs are slower or
less safe than they need to be; notice, worth knowing, right on some hosts.

Exit codes, as of a Nagios plugin: 0 nothing or notices only, 1 warnings,
2 something critical, 3 wrong usage, or the host could not be looked at.
A check that could not be made is listed with the reason, and changes no code.
`

export function addDoctor(program: Command, run: (options: DoctorOptions) => Promise<void>): void {
  addCommand(program, {
    name: 'doctor',
    description:
      'Check this host and its VMs for settings that make VMs slow or unsafe, with the reason and the command that helps. Only reads.',
    examples,
    flags: doctorFlags,
    run: (command) => run(readOptions(doctorFlags, command)),
  })
}
