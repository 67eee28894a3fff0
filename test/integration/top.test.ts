// `kvminfo top` in a real terminal, and for scripts, on a host of files.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { widthOf } from '../../src/top/screen/printable.ts'
import type { TopDocument } from '../../src/top/script/json.ts'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { kvminfoCommand, RunningProcess, runKvminfo } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'
import { type TerminalOptions, TerminalSession } from '../helpers/terminal-session.ts'

/** Names as a hostile owner of a VM may choose them: libvirt forbids only slashes and newlines. */
const names = ['web', 'bad\u001b[2J\u202e', 'שרת', '虚拟机', `zalgo-e${'\u0316'.repeat(50)}`]

let paths: readonly string[]

beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-test-'))
  const { paths: of } = writeFixtureTree(root, {
    vms: names.length,
    vcpus: 2,
    libvirt: false,
    shape: (vm) => ({ ...vm, name: names[vm.index]! }),
  })
  paths = [`--path.procfs=${of.procfs}`, `--path.sysfs=${of.sysfs}`, `--path.rundir=${of.rundir}`]
  return () => rmSync(root, { recursive: true })
})

function open(flags: readonly string[] = [], options: TerminalOptions = {}): TerminalSession {
  const session = new TerminalSession(kvminfoCommand('top', ...paths, ...flags), options)
  onTestFinished(() => session.close())
  return session
}

/** The normal screen is back, the cursor shows what is typed, and the mode of the terminal is as before. */
async function isRestored(session: TerminalSession, code: number): Promise<void> {
  const screen = await session.shows(new RegExp(`ended with ${code}, icanon echo`))
  expect(screen).toContain('prompt> run')
  expect(screen).not.toContain('kvminfo top ')
}

test('shows VMs with their names made harmless, and tasks; q restores the terminal', async () => {
  const session = open()
  const vms = await session.shows(/web .*\d/)
  expect(vms).toContain('bad\ufffd[2J\ufffd')
  expect(vms).toContain('虚拟机')
  expect(vms).toContain('exits: module')
  // The last column ends in the same cell of every row, whatever the width of the name.
  const ends = vms
    .split('\n')
    .flatMap((line) => (/ other +0 /.test(line) ? widthOf(line.replaceAll('\u200e', '')) : []))
  expect(ends).toHaveLength(names.length)
  expect(new Set(ends).size).toBe(1)
  session.keys('Enter')
  await session.shows('Handed to QEMU, by device')
  session.keys('Escape')
  // A key right behind Escape would be Alt with that key.
  await session.shows('↓CPU%')
  session.keys('t')
  await session.shows('  CPU 0/KVM')
  session.type('/service-3')
  await session.shows('Filter: service-3_')
  session.keys('Enter')
  expect(await session.shows(/service-300/)).not.toContain('CPU 0/KVM')
  session.keys('h')
  await session.shows('Columns of the VMs')
  session.keys('Escape')
  await session.shows('service-300')
  session.resize(40, 10)
  const small = await session.shows(/Filter: service-3 /)
  expect(small.split('\n').every((line) => line.length <= 40)).toBe(true)
  session.keys('q')
  await isRestored(session, 0)
})

test.each([
  ['Ctrl-C', (session: TerminalSession) => session.keys('C-c')],
  ['SIGTERM', (session: TerminalSession) => void process.kill(session.pidOf('main.ts'), 'SIGTERM')],
  ['SIGHUP', (session: TerminalSession) => void process.kill(session.pidOf('main.ts'), 'SIGHUP')],
])('%s restores the terminal', async (_name, end) => {
  const session = open()
  await session.shows(/web .*\d/)
  end(session)
  await isRestored(session, 0)
})

test('an error that nobody catches restores the terminal, and its text is on the normal screen', async () => {
  const crash = join(import.meta.dirname, '../helpers/processes/crash-on-usr2.ts')
  const session = new TerminalSession([
    process.execPath,
    '--import',
    crash,
    ...kvminfoCommand('top', ...paths).slice(1),
  ])
  onTestFinished(() => session.close())
  await session.shows(/web .*\d/)
  process.kill(session.pidOf('main.ts'), 'SIGUSR2')
  await session.shows(/ended with 1, icanon echo/)
  expect(session.screen).toContain('Error: a bug, for a test')
})

test('Ctrl-Z gives the terminal to the shell, and fg gives it back', async () => {
  const session = open()
  await session.shows(/web .*\d/)
  session.keys('C-z')
  await session.shows('Stopped')
  expect(session.screen).not.toContain('kvminfo top ')
  session.type('stty -a | grep -o -w -- icanon\n')
  await session.shows(/\nicanon/)
  session.type('fg\n')
  await session.shows(/web .*\d/)
  // Raw again: a key works without Enter.
  session.keys('h')
  await session.shows('Columns of the VMs')
  session.keys('C-c')
  await session.shows(/ended with/)
})

test('NO_COLOR leaves no colour; another locale leaves only ASCII', async () => {
  const session = open([], { environment: { NO_COLOR: '1', LC_ALL: 'C' } })
  const screen = await session.shows(/web .*\d/)
  expect(screen).toMatch(/\n\?\?\? +/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  expect(session.colouredScreen).not.toMatch(/\x1b\[[\d;]*(3[1-7]|4[1-7]|9\d)m/)
  const coloured = open()
  await coloured.shows(/web .*\d/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  expect(coloured.colouredScreen).toMatch(/\x1b\[[\d;]*46m/)
})

test('without a terminal it says what to use instead', async () => {
  const { code, stderr } = await runKvminfo('top', ...paths)
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/needs a terminal.*--once, --count, --json or --csv/),
  ])
})

test('wrong flags are refused', async () => {
  for (const [flags, message] of [
    [['--sort=speed'], /--sort: 'speed' is not a column/],
    [['--interval=0'], /--interval: '0' is not a number from 0.1 to 3600/],
    [['--json', '--csv'], /exclude each other/],
    [['--tree'], /--threads and --tree need --view=tasks/],
    [['--replay=/nowhere'], /--replay: cannot read \/nowhere: no such file or directory \(ENOENT\)\n$/],
    [['--replay=/etc/passwd'], /^kvminfo: \/etc\/passwd is not a recording of kvminfo top --record\n$/],
  ] as const) {
    const { code, stderr } = await runKvminfo('top', '--once', ...paths, ...flags)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  }
})

test('records while it prints, and replays what was recorded, on the screen and as JSON', async () => {
  const file = join(scratchDirectory(), 'night.rec')
  const recorded = await runKvminfo(
    'top',
    ...paths,
    '--csv',
    '--count=3',
    '--interval=0.1',
    `--record=${file}`,
  )
  expect([recorded.code, recorded.stderr]).toEqual([0, ''])
  expect(recorded.stdout.split('\n')).toHaveLength(1 + 3 * names.length + 1)
  const again = await runKvminfo('top', ...paths, '--once', `--record=${file}`)
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('it exists')])
  // The last line is torn, as after a loss of power.
  truncateSync(file, statSync(file).size - 5)
  const replayed = await runKvminfo('top', '--json', `--replay=${file}`)
  const documents = replayed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TopDocument)
  expect(documents).toHaveLength(2)
  expect(documents[0]!.vms!.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['web', 'שרת', '虚拟机']),
  )
  const session = new TerminalSession(kvminfoCommand('top', `--replay=${file}`))
  onTestFinished(() => session.close())
  await session.shows(/replay of \S+, 2 of 2/)
  session.keys(',')
  await session.shows(/replay of \S+, 1 of 2/)
  expect(await session.shows('PAUSED')).toContain('虚拟机')
  session.keys('q')
  await session.shows(/ended with 0, icanon echo/)
})

test('SIGTERM ends the output for a script after a whole line, and a closed pipe ends it at once', async () => {
  const running = new RunningProcess(kvminfoCommand('top', ...paths, '--json', '--interval=0.1'))
  while (!running.stdout.includes('\n'))
    await new Promise((resolve) => running.child.stdout!.once('data', resolve))
  const { code, stdout } = await running.stop()
  expect([code, stdout.endsWith('}\n')]).toEqual([0, true])
  const [file, ...args] = kvminfoCommand('top', ...paths, '--json', '--interval=0.1')
  const piped = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  piped.stderr.on('data', (text) => {
    stderr += text
  })
  piped.stdout.once('data', () => piped.stdout.destroy())
  const ended = await new Promise((resolve) => piped.once('exit', resolve))
  expect([ended, stderr]).toEqual([0, ''])
})
