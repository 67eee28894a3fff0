// From the command line to options, the errors that a user can get, and the help.
import { type Command, CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { actuateFlags } from '../../../src/cli/actuate-flags.ts'
import { chooseCollectors } from '../../../src/cli/collector-flags.ts'
import { type Commands, createProgram } from '../../../src/cli/program.ts'
import { serveFlags } from '../../../src/cli/serve-flags.ts'
import type { Collector } from '../../../src/collectors/collector.ts'

const collector = (name: string, enabledByDefault: boolean): Collector => ({
  name,
  description: `About ${name}.`,
  enabledByDefault,
  metrics: [],
  collect() {},
})
const nothing = {} as Commands
const collectors = [collector('vm', true), collector('ksm', true), collector('rare', false)]

async function parseCommand<Name extends 'serve' | 'actuate'>(
  name: Name,
  args: readonly string[],
): Promise<Parameters<Commands[Name]>[0]> {
  const given: unknown[] = []
  const keep = async (options: unknown) => void given.push(options)
  const program = createProgram({ ...nothing, [name]: keep }, collectors)
  for (const command of program.commands) command.configureOutput({ writeErr() {}, writeOut() {} })
  await program.parseAsync([name, ...args], { from: 'user' })
  return given[0] as Parameters<Commands[Name]>[0]
}

const parse = (...args: string[]) => parseCommand('serve', args)

test('uses the defaults without flags', async () => {
  expect(await parse()).toEqual({
    listenAddresses: [{ host: '127.0.0.1', port: 9756 }],
    allowedHosts: [],
    telemetryPath: '/metrics',
    webConfigFile: undefined,
    usesSystemdSocket: false,
    maxRequests: 40,
    hidesExporterMetrics: false,
    procfs: '/proc',
    sysfs: '/sys',
    rundir: '/run',
    hasOnlyChosenCollectors: false,
    logLevel: 'info',
    logFormat: 'logfmt',
    collectorChoices: new Map(),
  })
})

test('reads every flag', async () => {
  const options = await parse(
    ...['--web.listen-address=:1', '--web.listen-address', '[::1]:2', '--web.telemetry-path=/a/b'],
    ...['--web.allowed-host=kvm1.example', '--web.allowed-host', 'KVM1'],
    ...['--web.config.file=web.yml', '--web.systemd-socket', '--web.max-requests=0'],
    ...['--web.disable-exporter-metrics', '--path.procfs=/', '--path.sysfs=/tmp', '--path.rundir=/var'],
    ...['--collector.disable-defaults', '--collector.rare', '--no-collector.ksm'],
    ...['--log.level=debug', '--log.format=json'],
  )
  expect(options).toEqual({
    listenAddresses: [
      { host: undefined, port: 1 },
      { host: '::1', port: 2 },
    ],
    allowedHosts: ['kvm1.example', 'kvm1'],
    telemetryPath: '/a/b',
    webConfigFile: 'web.yml',
    usesSystemdSocket: true,
    maxRequests: 0,
    hidesExporterMetrics: true,
    procfs: '/',
    sysfs: '/tmp',
    rundir: '/var',
    hasOnlyChosenCollectors: true,
    logLevel: 'debug',
    logFormat: 'json',
    collectorChoices: new Map([
      ['ksm', false],
      ['rare', true],
    ]),
  })
})

test.each([
  ['--web.listen-address=9756', /^--web.listen-address: '9756' is not a listen address/],
  ['--web.allowed-host=kvm1:9756', /^--web.allowed-host: 'kvm1:9756' is not a host name/],
  [
    '--web.telemetry-path=metrics',
    /^--web\.telemetry-path: 'metrics' is not a path such as \/metrics, made of/,
  ],
  ['--web.telemetry-path=/', /^--web\.telemetry-path: '\/' is not a path such as \/metrics, made of/],
  ['--web.telemetry-path=/:id', /^--web\.telemetry-path: '\/:id' is not a path such as \/metrics, made of/],
  [
    '--web.telemetry-path=/a/../b',
    /^--web\.telemetry-path: '\/a\/\.\.\/b' is not a path such as \/metrics, made of/,
  ],
  ['--web.telemetry-path=/.', /^--web\.telemetry-path: '\/\.' is not a path such as \/metrics, made of/],
  ...['/-/ready', '/-', '/api/v1/live', '/API', '/page'].map((path): [string, string] => [
    `--web.telemetry-path=${path}`,
    `--web.telemetry-path: '${path}' is reserved: the exporter uses the paths below /-, /api and /page itself`,
  ]),
  ['--web.config.file=', "--web.config.file: '' is not a file name"],
  ['--web.max-requests=-1', "--web.max-requests: '-1' is not a whole number from 0 to 999999999"],
  ['--web.max-requests=1e3', "--web.max-requests: '1e3' is not a whole number from 0 to 999999999"],
  ['--path.procfs=/nowhere', "--path.procfs: '/nowhere' is not a directory on this host"],
  ['--path.sysfs=/etc/passwd', "--path.sysfs: '/etc/passwd' is not a directory on this host"],
  ['--log.level=trace', "--log.level: 'trace' is not one of debug, info, warn, error"],
  ['--log.format=xml', "--log.format: 'xml' is not one of logfmt, json"],
])('refuses %s', async (arg, message) => {
  await expect(parse(arg)).rejects.toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  await expect(parse(arg)).rejects.toThrow(message)
})

test.each(['/metrics', '/apis/v1', '/pages', '/-x/y', '/v1.0/metrics', '/.well-known'])(
  'accepts --web.telemetry-path=%s',
  async (path) => {
    expect((await parse(`--web.telemetry-path=${path}`)).telemetryPath).toBe(path)
  },
)

test.each([
  [['--no-collector.nothing'], "error: unknown option '--no-collector.nothing'"],
  [['--web.listen-address'], "error: option '--web.listen-address <host:port>' argument missing"],
  [['now'], "error: too many arguments for 'serve'. Expected 0 arguments but got 1: now."],
])('refuses %j as wrong usage', async (args, message) => {
  await expect(parse(...args)).rejects.toThrow(CommanderError)
  await expect(parse(...args)).rejects.toThrow(message)
})

test.each([
  [[], false, ['vm', 'ksm']],
  [[['rare', true]], false, ['vm', 'ksm', 'rare']],
  [[['ksm', false]], false, ['vm']],
  [[['ksm', true]], true, ['ksm']],
  [[], true, []],
] as const)(
  'with choices %j and --collector.disable-defaults %s, these run: %j',
  (choices, hasOnlyChosen, names) => {
    const chosen = chooseCollectors(collectors, new Map<string, boolean>(choices), hasOnlyChosen)
    expect(chosen.map(({ name }) => name)).toEqual(names)
  },
)

test.each([
  ['serve', serveFlags],
  ['actuate', actuateFlags],
] as const)('every flag of %s has a unique name and a description in sentences', (_name, flags) => {
  const names = Object.values(flags).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { description } of Object.values(flags)) expect(description).toMatch(/^[A-Z].*\.$/)
})

test('reads the flags of actuate', async () => {
  expect(await parseCommand('actuate', [])).toEqual({
    socket: '/run/kvminfo/actuate.sock',
    allowedUids: [],
    procfs: '/proc',
    sysfs: '/sys',
    rundir: '/run',
    logLevel: 'info',
    logFormat: 'logfmt',
  })
  const args = ['--actuator.socket=/a', '--actuator.allowed-user=root', '--actuator.allowed-user=1234']
  expect(await parseCommand('actuate', args)).toMatchObject({ socket: '/a', allowedUids: [0, 1234] })
})

test.each(['nobody-of-that-name', '', 'root:x', '-1', '12345678901'])(
  'refuses --actuator.allowed-user=%s',
  async (user) => {
    await expect(parseCommand('actuate', [`--actuator.allowed-user=${user}`])).rejects.toThrow(
      `--actuator.allowed-user: '${user}' is not a user in /etc/passwd`,
    )
  },
)

async function refusal(...args: string[]): Promise<string> {
  const program = createProgram(nothing, collectors)
  const parts: string[] = []
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeErr: (part) => void parts.push(part) })
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(CommanderError)
  return parts.join('')
}

test.each([
  [['serv'], "unknown command 'serv'\n(Did you mean serve?)\nkvminfo --help"],
  [['remediate', 'lst'], "unknown command 'lst'\n(Did you mean list?)\nkvminfo remediate --help"],
  [['tune', 'shed'], "unknown command 'shed'\n(Did you mean sched?)\nkvminfo tune --help"],
  [
    ['serve', '--web.listen-adress=:1'],
    "unknown option '--web.listen-adress'\n(Did you mean --web.listen-address?)\nkvminfo serve --help",
  ],
])('says what %j may have meant', async (args, message) => {
  expect(await refusal(...args)).toContain(message)
})

const withCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withCommands)]

test('the help of every command fits a terminal of 80 columns', () => {
  const tooLong = withCommands(createProgram(nothing, collectors)).flatMap((command) => {
    const parts: string[] = []
    command.configureOutput({ getOutHelpWidth: () => 80, writeOut: (part) => void parts.push(part) })
    command.outputHelp()
    const lines = parts.join('').split('\n')
    return lines.filter((line) => line.length > 80 && !line.includes('https://'))
  })
  expect(tooLong).toEqual([])
})

test.each([80, 120])('the help fits a terminal of %i columns', (width) => {
  const serve = createProgram(nothing, collectors).commands[0]!
  const parts: string[] = []
  serve.configureOutput({ getOutHelpWidth: () => width, writeOut: (part) => void parts.push(part) })
  serve.outputHelp()
  const text = parts.join('')
  const tooLong = text.split('\n').filter((line) => line.length > width && !line.includes('https://'))
  expect(tooLong).toEqual([])
  expect(text).not.toContain('`')
  expect(text.match(/^\w.*:$/gm)).toEqual([
    'Web server:',
    'Where to read the host:',
    'Logging:',
    'Collectors (on unless marked; --no-collector.<name> switches one off):',
    'General:',
    'Examples:',
    'A single scrape can ask for some of the enabled collectors:',
    'The web configuration file has the format that all Prometheus exporters share:',
  ])
  expect(text).toMatch(/--\[no-\]collector\.rare +About rare\. \(default: off\)\n/)
})
