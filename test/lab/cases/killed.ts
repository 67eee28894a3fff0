// kill -9 of each of the two processes at every commit of a change and of its undo (helpers/kill-at-every-commit.ts), on a
// real kernel and under a real libvirt. Its arguments are the actions to try.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import type { ActionName } from '../../../src/model/remediation.ts'
import { killAtEveryCommit, type Victim } from '../../helpers/kill-at-every-commit.ts'
import { reported } from './firmware/balloon.ts'
import { writeIdleDisk } from './firmware/disk.ts'
import { defineReader, domainXml, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { approver, isAnswering, kvminfo, request, sendAlert, writePolicy } from './stack/remediate.ts'
import { driverOf, isInVm, spareDevice } from './stack/spare-device.ts'

const uuid = '11111111-1111-4111-8111-111111111111'
const ksm = '/sys/kernel/mm/ksm/run'
const pool = '/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages'
/** Of the Linux guest, MiB. */
const linuxMib = 640

interface Scenario {
  readonly vm?: string
  /** More labels of the alert. */
  labels?(): Readonly<Record<string, string>>
  begin(): void | Promise<void>
  end?(): void
  /** What the change is about, from the kernel or libvirt. */
  value(): string
  /** Whether such a value is the one that is planned. */
  isMade(value: string): boolean
}

const file = (path: string): string => readFileSync(path, 'utf8').trim()
const destroy = (): void => void virsh('destroy', '--', uuid)

const scenarios: Partial<Record<ActionName, Scenario>> = {
  'virtio-disk': {
    vm: 'web1',
    begin() {
      defineReader('web1', uuid, { hasAcpi: false, isStuck: false })
      virsh('start', '--', uuid)
    },
    end: destroy,
    value: () => virsh('dumpxml', '--inactive', '--', uuid),
    isMade: (xml) => xml.includes("<target dev='vda' bus='virtio'/>"),
  },
  'ksm-off': {
    begin: () => writeFileSync(ksm, '1'),
    value: () => file(ksm),
    isMade: (run) => run === '0',
  },
  hugepages: {
    vm: 'idle',
    begin() {
      writeFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'madvise')
      writeIdleDisk('/tmp/idle.img')
      const text = domainXml(
        { name: 'idle', bus: 'ide', nic: 'e1000' },
        '/tmp/idle.img',
        `<uuid>${uuid}</uuid>`,
      )
      writeFileSync('/tmp/idle.xml', text)
      virsh('define', '/tmp/idle.xml')
      virsh('start', '--', uuid)
    },
    end: destroy,
    value: () => file(pool),
    // 32 MiB in pages of 2 MiB.
    isMade: (pages) => pages === '16',
  },
  'balloon-deflate': {
    vm: 'linux',
    async begin() {
      const guest = '/project/test/lab/guests/linux'
      execFileSync(`${guest}/start`, [
        '--via',
        'libvirt',
        '--mib',
        String(linuxMib),
        'delay=1000',
        'rounds=0',
      ])
      execFileSync(`${guest}/await`, ['linux', 'work starts', '300'])
      virsh('setmem', '--live', '--size', `${linuxMib * 0.9}MiB`, '--', 'linux')
      const isSmall = () => reported('linux', 'actual') === linuxMib * 0.9 * 1024
      await until('the guest has given memory to the balloon', isSmall, 500)
    },
    end: () => void virsh('destroy', '--', 'linux'),
    value: () => String(reported('linux', 'actual')),
    isMade: (size) => size === String(linuxMib * 1024),
  },
  // These two need a machine with --iommu.
  'assign-device': {
    vm: 'linux',
    labels: () => ({ device: spareDevice() }),
    begin() {
      for (const module of ['nvme', 'vfio_iommu_type1', 'vfio-pci']) execFileSync('modprobe', [module])
      const guest = '/project/test/lab/guests/linux'
      execFileSync(`${guest}/start`, ['--via', 'libvirt', 'delay=100000'])
      execFileSync(`${guest}/await`, ['linux', 'work starts', '300'])
    },
    end: () => void virsh('destroy', '--', 'linux'),
    value: () => (isInVm('linux', spareDevice()) ? 'in the VM, ' : '') + driverOf(spareDevice()),
    isMade: (place) => place === 'in the VM, vfio-pci',
  },
  'virtual-functions': {
    labels: () => ({ device: spareDevice() }),
    begin: () => void execFileSync('modprobe', ['nvme']),
    value: () => file(`/sys/bus/pci/devices/${spareDevice()}/sriov_numvfs`),
    isMade: (count) => count === '4',
  },
}

const commands: Record<Victim, readonly string[]> = {
  remediate: ['remediate', '--actuator.socket=/run/kvminfo/actuate.sock'],
  actuate: ['actuate'],
}
const processes = new Map<Victim, ChildProcess>()

/** Without compilers that optimize, and without the heap limits of `kvminfo`, it starts in half the time here. */
function start(name: Victim): ChildProcess {
  const flags = ['--no-opt', '--no-sparkplug', '--no-maglev', '--import=/tmp/kill-at-event.mjs']
  const words = [...flags, '/project/dist/cli/main.js', ...commands[name], '--log.level=warn']
  return spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
}

before(async () => {
  const source = readFileSync('/project/test/helpers/processes/kill-at-event.ts', 'utf8')
  writeFileSync('/tmp/kill-at-event.mjs', stripTypeScriptTypes(source))
  writePolicy(`vms: [{name: web1, virtio_ready: true}]
limits: {cooldown: 0, changes_per_hour: 100000, attempts_per_day: 100000, storm_alerts: 100000}
measure: {restart_window: 300ms, placebo: 0}`)
  // The guests would otherwise take the only CPU.
  setPriority(-19)
  for (const name of ['actuate', 'remediate'] as const) processes.set(name, start(name))
  await until('kvminfo remediate is ready', isAnswering, 1000, 600)
})

after(async () => {
  for (const child of processes.values()) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
})

for (const name of process.argv.slice(2) as ActionName[])
  test(`${name}: the host is as planned or as before, and never in between`, async () => {
    const scenario = scenarios[name]
    assert.ok(scenario, `there is no scenario for ${name}`)
    await scenario.begin()
    const { vm, end } = scenario
    const labels = { ...(vm === undefined ? {} : { vm }), ...scenario.labels?.() }
    const change = { ...scenario, ask: () => sendAlert(name, labels) }
    for (const victim of ['remediate', 'actuate'] as const) {
      const say = (text: string): void => console.log(`${process.uptime().toFixed(0)} s: ${name}: ${text}`)
      const programs = { start, request, approver }
      const outcomes = await killAtEveryCommit(victim, change, programs, processes, say)
      const tried = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
      say(`${victim} killed at ${tried} points: ${JSON.stringify(Object.fromEntries(outcomes))}`)
    }
    assert.match(kvminfo('verify-journal'), /^The journal is whole/)
    end?.()
  })
