import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { hostOwner, type Wanted } from '../../../src/sources/host-owners.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const wanted = {
  off: { knob: 'ksm-run', value: 0 },
  on: { knob: 'ksm-run', value: 1 },
  pace: { knob: 'ksm-pace', pagesToScan: 100, sleepMs: 200 },
  pool: { knob: 'huge-pages', pages: 1024 },
  thp: { knob: 'transparent-huge-pages', value: 'madvise' },
} as const satisfies Record<string, Wanted>

function hostWith(processes: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const root = scratchDirectory()
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  mkdirSync(join(root, 'proc'))
  for (const [index, comm] of processes.entries())
    write(`proc/${index + 10}/stat`, `${index + 10} (${comm}) S 1${' 0'.repeat(50)}\n`)
  for (const [path, text] of Object.entries(files)) write(path, text)
  return (one: Wanted) => hostOwner(one, { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), root })
}

/** The knobs that have an owner, with its name. */
const owned = (owner: ReturnType<typeof hostWith>) =>
  Object.entries(wanted).flatMap(([name, one]) => {
    const found = owner(one)
    return found === undefined ? [] : [[name, found.name]]
  })

test('nobody manages a host without such programs', () => {
  expect(owned(hostWith(['systemd', 'libvirtd', 'numad', 'irqbalance']))).toEqual([])
})

test('ksmtuned manages KSM', () => {
  const owner = hostWith(['ksmtuned'])
  expect(owned(owner)).toEqual([
    ['off', 'ksmtuned'],
    ['on', 'ksmtuned'],
    ['pace', 'ksmtuned'],
  ])
  expect(owner(wanted.off)?.commands).toEqual(['systemctl disable --now ksmtuned ksm'])
})

test('so does MoM, before ksmtuned', () => {
  expect(owned(hostWith(['ksmtuned', 'momd'])).map(([, name]) => name)).toEqual(Array(3).fill('MoM (momd)'))
})

const virtualHost = '[main]\ninclude=throughput-performance\n[sysctl]\nvm.dirty_background_ratio = 5\n'

test('TuneD manages what its active profile sets, also by a profile that it includes', () => {
  const owner = hostWith(['tuned'], {
    'etc/tuned/active_profile': 'virtual-host\n',
    'usr/lib/tuned/virtual-host/tuned.conf': virtualHost,
    'usr/lib/tuned/throughput-performance/tuned.conf': '[vm]\ntransparent_hugepages=always\n',
  })
  expect(owned(owner)).toEqual([['thp', 'TuneD (profile virtual-host)']])
  expect(owner(wanted.thp)?.commands).toEqual([
    'mkdir -p /etc/tuned/own',
    "printf '[main]\\ninclude=virtual-host\\n[vm]\\ntransparent_hugepages=madvise\\n' > /etc/tuned/own/tuned.conf",
    'tuned-adm profile own',
  ])
})

test('each knob by the way in which a profile sets it', () => {
  const text =
    '[sysctl]\nvm.nr_hugepages=64\n[sysfs]\n/sys/kernel/mm/ksm/run=2\n/sys/kernel/mm/ksm/sleep_millisecs = 10\n'
  const owner = hostWith(['tuned'], {
    'etc/tuned/active_profile': 'mine',
    'etc/tuned/profiles/mine/tuned.conf': text,
  })
  expect(owned(owner).map(([knob]) => knob)).toEqual(['off', 'on', 'pace', 'pool'])
  expect(owner(wanted.pool)?.commands[1]).toContain('[sysctl]\\nvm.nr_hugepages=1024\\n')
})

test.each([
  ['TuneD does not run', [], 'virtual-host'],
  ['another profile is active', ['tuned'], 'balanced'],
])('a profile has no effect if %s', (_why, processes, active) => {
  const owner = hostWith(processes, {
    'etc/tuned/active_profile': `${active}\n`,
    'usr/lib/tuned/virtual-host/tuned.conf': '[vm]\ntransparent_hugepages=always\n',
    'usr/lib/tuned/balanced/tuned.conf': '[main]\nsummary=General\n',
  })
  expect(owned(owner)).toEqual([])
})

test('profiles that include each other, or lead out of their folder, do no harm', () => {
  const owner = hostWith(['tuned'], {
    'etc/tuned/active_profile': 'a ../../secret\n',
    'etc/tuned/a/tuned.conf': '[main]\ninclude=b\n',
    'etc/tuned/b/tuned.conf': '[main]\ninclude=a,../secret,a/../../secret\n',
    'etc/secret/tuned.conf': '[vm]\ntransparent_hugepages=always\n',
  })
  expect(owned(owner)).toEqual([])
})

test("the kernel's advisor manages the pace alone", () => {
  const of = (mode: string) => owned(hostWith([], { 'sys/kernel/mm/ksm/advisor_mode': `${mode}\n` }))
  expect(of('none [scan-time]')).toEqual([['pace', "the kernel's advisor of KSM (advisor_mode scan-time)"]])
  expect(of('[none] scan-time')).toEqual([])
})
