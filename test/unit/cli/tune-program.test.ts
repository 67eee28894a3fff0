// From the command line of `kvminfo tune` to what is asked of the running program.
import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { type Commands, createProgram } from '../../../src/cli/program.ts'
import type { TuneOptions } from '../../../src/cli/tune-flags.ts'
import type { TuneRequest } from '../../../src/cli/tune-program.ts'

async function parse(...args: string[]): Promise<{ request: TuneRequest; options: TuneOptions }> {
  const given: { request: TuneRequest; options: TuneOptions }[] = []
  const tune = {
    change: async (request: TuneRequest, options: TuneOptions) => void given.push({ request, options }),
  }
  const program = createProgram({ tune } as unknown as Commands, [])
  const commands = program.commands.flatMap((command) => [command, ...command.commands])
  for (const command of commands) command.configureOutput({ writeErr() {}, writeOut() {} }).exitOverride()
  await program.parseAsync(['tune', ...args], { from: 'user' })
  return given[0]!
}

test.each([
  [
    'sched web1 --policy=fifo --priority 2',
    {
      action: 'sched-tier',
      vm: 'web1',
      settings: { scheduling: { policy: 'fifo', priority: 2 }, threads: 'vcpu' },
    },
  ],
  [
    'sched 4711 --policy=batch --threads=all',
    {
      action: 'sched-tier',
      vm: '4711',
      settings: { scheduling: { policy: 'batch', priority: 0 }, threads: 'all' },
    },
  ],
  ['nice web1 -5', { action: 'sched-tier', vm: 'web1', settings: { nice: -5, threads: 'vcpu' } }],
  [
    'nice web1 +3 --threads=main',
    { action: 'sched-tier', vm: 'web1', settings: { nice: 3, threads: 'main' } },
  ],
  ['tier web1 paper:2', { action: 'sched-tier', vm: 'web1', settings: { tier: 'paper:2' } }],
  ['weight web1 2.5', { action: 'cpu-weight', vm: 'web1', settings: { weight: 2.5 } }],
  ['ksm off', { action: 'ksm-off' }],
  [
    'ksm on --pages=100 --sleep=200',
    { action: 'ksm-on', settings: { ksm_pace: { pages_to_scan: 100, sleep_ms: 200 } } },
  ],
  ['balloon web1 deflate', { action: 'balloon-deflate', vm: 'web1' }],
  ['hugepages web1', { action: 'hugepages', vm: 'web1' }],
  ['disk web1 hda', { action: 'virtio-disk', vm: 'web1', device: 'hda' }],
  ['vhost -- --all vnet0', { action: 'vhost-net', vm: '--all', device: 'vnet0' }],
  ['device web1 0000:01:00.0', { action: 'assign-device', vm: 'web1', device: '0000:01:00.0' }],
  [
    'functions 0000:01:00.0 4',
    { action: 'virtual-functions', device: '0000:01:00.0', settings: { functions: 4 } },
  ],
])('kvminfo tune %s', async (line, request) => {
  expect((await parse(...line.split(' '))).request).toEqual(request)
})

test('reads the flags that all of them have', async () => {
  const defaults = { isDryRun: false, isJudged: false, isForced: false, isDetached: false, isJson: false }
  expect((await parse('nice', 'web1', '1')).options).toMatchObject({
    ...{ ...defaults, forMs: undefined, reason: undefined },
    rundir: '/run',
  })
  const all = ['--dry-run', '--judge', '--no-wait', '--json', '--for=1h30m', '--force', '--reason=a b']
  expect((await parse('nice', 'web1', '1', ...all)).options).toMatchObject({
    ...{ isDryRun: true, isJudged: true, isForced: true, isDetached: true, isJson: true },
    ...{ forMs: 5_400_000, reason: 'a b' },
  })
})

test.each([
  ['nice web1 -21', "nice: '-21' is not a whole number from -20 to 19"],
  ['nice web1 20', "nice: '20' is not a whole number from -20 to 19"],
  ['nice web1 1.5', "nice: '1.5' is not a whole number from -20 to 19"],
  ['sched web1', '--policy is missing: fifo, rr, other, batch'],
  ['sched web1 --policy=idle', "--policy: 'idle' is not one of fifo, rr, other, batch"],
  ['sched web1 --policy=fifo', '--policy=fifo needs --priority, from 1 to 99'],
  ['sched web1 --policy=rr --priority=100', "--priority: '100' is not a whole number from 0 to 99"],
  ['sched web1 --policy=other --priority=1', '--policy=other has no priority; leave out --priority'],
  ['sched web1 --policy=rr --priority=1 --threads=io', "--threads: 'io' is not one of vcpu, all, main"],
  ['tier web1 paper:5', "tier: 'paper:5' is not one of paper:1, paper:2"],
  ['weight web1 1', "weight: '1' is not a number from 1.001 to 100"],
  ['weight web1 1e9', "weight: '1e9' is not a number"],
  ['ksm maybe', "ksm: 'maybe' is not one of on, off, pace"],
  ['ksm pace --pages=10', 'give both --pages and --sleep'],
  ['ksm off --pages=10 --sleep=10', '--pages and --sleep are for on and pace'],
  ['balloon web1 up', "balloon: 'up' is not one of deflate, inflate"],
  ['functions 0000:01:00.0 0', "number: '0' is not a whole number from 1 to 256"],
  ['nice web1 1 --force', '--force needs --reason="..."'],
  ['nice web1 1 --reason=x', '--reason is for --force'],
  ['nice web1 1 --for=soon', "--for: 'soon' is not a duration such as 30s"],
  ['nice web1 1 --for=10ms', "--for: '10ms' is not a duration"],
])('refuses kvminfo tune %s', async (line, message) => {
  await expect(parse(...line.split(' '))).rejects.toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
  )
})

test.each(['nice web1', 'shced web1', 'disk web1', 'nice web1 1 2', 'nice web1 1 --frce'])(
  'refuses kvminfo tune %s as wrong usage',
  async (line) => {
    await expect(parse(...line.split(' '))).rejects.toThrow(CommanderError)
  },
)
