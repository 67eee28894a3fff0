// The command `kvminfo tune` and the commands below it.
import type { Command } from 'commander'
import { KvminfoError } from '../errors.ts'
import type { ActionName } from '../model/remediation.ts'
import { tierNames } from '../policy/tiers.ts'
import { addCommand, type CommandDefinition, readOptions } from './command.ts'
import { numberBetween, oneOf, wholeNumberBetween } from './flag-values.ts'
import { type AskOptions, askFlags } from './remediate-flags.ts'
import { ksmFlags, niceFlags, policies, schedFlags, type TuneOptions, tuneFlags } from './tune-flags.ts'

/** A part of the body of POST /api/v1/tune. */
export interface TuneRequest {
  readonly action: ActionName
  /** Name, UUID, pid or tid. */
  readonly vm?: string
  readonly device?: string
  readonly settings?: Readonly<Record<string, unknown>>
}

export interface TuneCommands {
  change(request: TuneRequest, options: TuneOptions): Promise<void>
  undo(target: string, options: AskOptions): Promise<void>
  status(vm: string | undefined, options: AskOptions): Promise<void>
}

// At most 80 columns wide, because commander does not wrap it.
const examples = `
A VM is meant by its name, its UUID, or the number of its process or of one of
its threads. The running kvminfo remediate makes the change, with the same
plan, checks, journal and lease as for an alert. Each command has --help.

Examples:
  Real-time priority for the vCPUs of a VM, for two hours:
    kvminfo tune sched web1 --policy=fifo --priority=2 --for=2h
  What that would do, and what speaks against it:
    kvminfo tune sched web1 --policy=fifo --priority=2 --dry-run
  A nice value; a tier; four times the usual share of CPU time:
    kvminfo tune nice 4711 -5
    kvminfo tune tier web1 paper:2
    kvminfo tune weight web1 4
  Move a disk to virtio when the VM starts next:
    kvminfo tune disk web1 hda
  Give a device of the host to a VM; or a virtual function of it:
    kvminfo tune device web1 0000:01:00.0
    kvminfo tune functions 0000:01:00.0 4
  What is in place, and how to end it:
    kvminfo tune status
    kvminfo tune undo 7
    kvminfo tune undo web1

Guards:
  --force --reason="..." passes over: cooldown, attempts in a day, changes in an
  hour, changes at the same time, quarantine, and the mode observe.
  It never passes over: which VM it is, protected VMs, the kill switch, a broken
  policy, the limits of the actuator (priority, nice, weight), room for
  real-time threads, CPU quotas, the other preconditions of the plan, and
  whoever else manages the setting. The time windows of the policy are for
  changes that nobody asks for, so they do not apply here.

What happens then:
  A real-time policy ends with its lease, after 15 minutes or the time of --for.
  Everything else stays until it is undone, or until the VM ends. With --judge,
  it is tried by turns, and only kept if it is proven that it helps.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
`

const none = ''

function refuse(problem: string): never {
  throw new KvminfoError('CONFIG_INVALID', problem)
}

function parsed<Value>(what: string, parse: (text: string) => Value, text: string): Value {
  try {
    return parse(text)
  } catch (error) {
    throw error instanceof KvminfoError ? new KvminfoError(error.code, `${what}: ${error.message}`) : error
  }
}

function checked(options: TuneOptions): TuneOptions {
  if (options.isForced && options.reason === undefined)
    refuse('--force needs --reason="...", which the history shows')
  if (!options.isForced && options.reason !== undefined) refuse('--reason is for --force')
  return options
}

export function addTune(program: Command, commands: TuneCommands): void {
  const tune = addCommand(program, {
    name: 'tune',
    description:
      'Change the scheduling, memory or devices of a VM by hand, through the running kvminfo remediate.',
    ...{ examples, flags: {} },
  })
  const add = (definition: Omit<CommandDefinition, 'examples'>): void =>
    void addCommand(tune, { examples: none, ...definition })
  /** An action without values of its own. */
  const plain = (name: string, args: readonly string[], description: string, action: ActionName): void =>
    add({
      ...{ name, description, flags: tuneFlags, arguments: args },
      run: (command, [vm, device]) =>
        commands.change(
          { action, ...(vm === undefined ? {} : { vm }), ...(device === undefined ? {} : { device }) },
          checked(readOptions(tuneFlags, command)),
        ),
    })

  add({
    name: 'sched',
    description: 'Set the scheduling policy and the real-time priority of the threads of a VM.',
    ...{ flags: schedFlags, arguments: ['<vm>'] },
    run(command, [vm]) {
      const { policy, priority, threads, ...options } = readOptions(schedFlags, command)
      if (policy === undefined) refuse(`--policy is missing: ${policies.join(', ')}`)
      const isRealtime = policy === 'fifo' || policy === 'rr'
      if (isRealtime && priority === 0) refuse(`--policy=${policy} needs --priority, from 1 to 99`)
      if (!isRealtime && priority !== 0)
        refuse(`--policy=${policy} has no priority; leave out --priority, or use fifo or rr`)
      const settings = { scheduling: { policy, priority }, threads }
      return commands.change({ action: 'sched-tier', vm: vm!, settings }, checked(options))
    },
  })
  add({
    name: 'nice',
    description: 'Set the nice value of the threads of a VM, -20 to 19. Their policies stay.',
    ...{ flags: niceFlags, arguments: ['<vm>', '<nice>'] },
    run(command, [vm, text]) {
      const { threads, ...options } = readOptions(niceFlags, command)
      const nice = parsed('nice', wholeNumberBetween(-20, 19), text!)
      return commands.change({ action: 'sched-tier', vm: vm!, settings: { nice, threads } }, checked(options))
    },
  })
  add({
    name: 'tier',
    description: `Give the vCPUs of a VM a tier: ${tierNames.join(', ')}.`,
    ...{ flags: tuneFlags, arguments: ['<vm>', '<tier>'] },
    run(command, [vm, text]) {
      const tier = parsed('tier', oneOf(tierNames), text!)
      return commands.change(
        { action: 'sched-tier', vm: vm!, settings: { tier } },
        checked(readOptions(tuneFlags, command)),
      )
    },
  })
  add({
    name: 'weight',
    description:
      "Give a VM more CPU time than others: the weight of its control group, in times of the kernel's default.",
    ...{ flags: tuneFlags, arguments: ['<vm>', '<times>'] },
    run(command, [vm, text]) {
      const weight = parsed('weight', numberBetween(1.001, 100), text!)
      return commands.change(
        { action: 'cpu-weight', vm: vm!, settings: { weight } },
        checked(readOptions(tuneFlags, command)),
      )
    },
  })
  add({
    name: 'ksm',
    description: 'Switch the merging of equal memory pages (KSM) on or off, or set how fast it scans.',
    ...{ flags: ksmFlags, arguments: ['<on|off|pace>'] },
    run(command, [text]) {
      const { pages, sleepMs, ...options } = readOptions(ksmFlags, command)
      const what = parsed('ksm', oneOf(['on', 'off', 'pace'] as const), text!)
      if ((pages === undefined) !== (sleepMs === undefined)) refuse('give both --pages and --sleep, or none')
      if (what === 'off' && pages !== undefined) refuse('--pages and --sleep are for on and pace')
      const settings =
        pages === undefined ? {} : { settings: { ksm_pace: { pages_to_scan: pages, sleep_ms: sleepMs } } }
      return commands.change({ action: `ksm-${what}`, ...settings }, checked(options))
    },
  })
  add({
    name: 'balloon',
    description:
      'Give a VM all memory back that its balloon holds (deflate), or take 5 % of its memory for the host (inflate).',
    ...{ flags: tuneFlags, arguments: ['<vm>', '<deflate|inflate>'] },
    run(command, [vm, text]) {
      const what = parsed('balloon', oneOf(['deflate', 'inflate'] as const), text!)
      return commands.change({ action: `balloon-${what}`, vm: vm! }, checked(readOptions(tuneFlags, command)))
    },
  })
  plain('hugepages', ['<vm>'], 'Back a VM by huge pages, in the next step that is missing.', 'hugepages')
  plain('disk', ['<vm>', '<disk>'], 'Move a disk to virtio when the VM starts next.', 'virtio-disk')
  plain('nic', ['<vm>', '<nic>'], 'Move a network interface to virtio when the VM starts next.', 'virtio-nic')
  plain('vhost', ['<vm>', '<nic>'], 'Let the kernel move the packets of a virtio interface.', 'vhost-net')
  plain(
    'device',
    ['<vm>', '<address>'],
    'Give a VM a PCI device of the host, until it is switched off.',
    'assign-device',
  )
  add({
    name: 'functions',
    description: 'Make virtual functions (SR-IOV) of a PCI device of the host, which VMs can get.',
    ...{ flags: tuneFlags, arguments: ['<address>', '<number>'] },
    run(command, [device, text]) {
      const functions = parsed('number', wholeNumberBetween(1, 256), text!)
      return commands.change(
        { action: 'virtual-functions', device: device!, settings: { functions } },
        checked(readOptions(tuneFlags, command)),
      )
    },
  })
  add({
    name: 'undo',
    description:
      'Put back what a run has changed, or all that is in place on a VM. A number is the number of a run.',
    ...{ flags: askFlags, arguments: ['<run|vm>'] },
    run: (command, [target]) => commands.undo(target!, readOptions(askFlags, command)),
  })
  add({
    name: 'status',
    description: 'List the changes that are in place or being made, on a VM or on all.',
    ...{ flags: askFlags, arguments: ['[vm]'] },
    run: (command, [vm]) => commands.status(vm, readOptions(askFlags, command)),
  })
}
