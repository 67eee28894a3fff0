// The command line: the commands, their flags and their help.
import { type Command, Option } from 'commander'
import type { Collector } from '../collectors/collector.ts'
import { type ActuateOptions, actuateFlags } from './actuate-flags.ts'
import { collectorFlag } from './collector-flags.ts'
import { addCommand, inGroup, readOptions, valuesByName } from './command.ts'
import type { DoctorOptions } from './doctor-flags.ts'
import { addDoctor } from './doctor-program.ts'
import { ProgramCommand } from './program-command.ts'
import { addRemediate, type RemediateCommands } from './remediate-program.ts'
import type { ReportOptions } from './report-flags.ts'
import { addReport } from './report-program.ts'
import { type ServeOptions, serveFlags } from './serve-flags.ts'
import type { TopOptions } from './top-flags.ts'
import { addTop } from './top-program.ts'
import { addTune, type TuneCommands } from './tune-program.ts'
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
The actuator changes this host: scheduling and CPU weights of VMs, huge pages,
KSM, definitions, balloons and devices. It accepts a closed set of operations
over its Unix socket, and checks each of them again. It needs CAP_SYS_NICE for
scheduling, and libvirt's read-write socket for definitions, balloons and
devices that VMs get.

Stop all changes, except those that restore what was before:
  touch /run/kvminfo/remediation.stop

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 failed, 2 wrong usage or
configuration. Stopping it changes nothing on the host.
`

function collectorOptions({ name, description, enabledByDefault }: Collector): Option[] {
  return [
    new Option(`--${collectorFlag(name)}`, enabledByDefault ? description : `${description} (default: off)`),
    new Option(`--no-${collectorFlag(name)}`).hideHelp(),
  ]
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
  remediate: RemediateCommands
  tune: TuneCommands
  serve(options: ServeOptions): Promise<void>
  actuate(options: ActuateOptions): Promise<void>
  doctor(options: DoctorOptions): Promise<void>
  report(options: ReportOptions): Promise<void>
  top(options: TopOptions): Promise<void>
}

/** `parseAsync` of the result throws a CommanderError for wrong usage and a KvminfoError for a wrong value of a flag. */
export function createProgram(commands: Commands, collectors: readonly Collector[]): Command {
  const program = new ProgramCommand('kvminfo')
    .enablePositionalOptions()
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
  addRemediate(program, commands.remediate)
  addTune(program, commands.tune)
  addDoctor(program, (options) => commands.doctor(options))
  addReport(program, (options) => commands.report(options))
  addTop(program, (options) => commands.top(options))

  return program
}
