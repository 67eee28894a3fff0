// The definition and the power of domains under a real libvirt: a disk goes to virtio, the VM starts with it, and it is
// undone. Names that virsh takes for something else hit nothing. Asserted against libvirt, not against our own words.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { ActuatorClient } from '../../../src/actuator/client.ts'
import type { DomainPowerOperation, DomainXmlOperation } from '../../../src/actuator/protocol.ts'
import { writeIdleDisk } from './firmware/disk.ts'
import { domainXml, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { kvminfo, startRemediate } from './stack/remediate.ts'

const uuids = {
  web1: '11111111-1111-4111-8111-111111111111',
  /** Its name is the id of web1. */
  id: '22222222-2222-4222-8222-222222222222',
  option: '33333333-3333-4333-8333-333333333333',
  commands: '44444444-4444-4444-8444-444444444444',
  /** Its name is the UUID of web1. */
  uuid: '55555555-5555-4555-8555-555555555555',
}

let remediate: { stop(): Promise<void> }
let client: ActuatorClient

const definitionOf = (uuid: string): string => virsh('dumpxml', '--inactive', '--', uuid)
const busOf = (xml: string): string | undefined => /<target dev='..a' bus='(\w+)'\/>/.exec(xml)?.[1]
const vmOf = (uuid: string) => ({ uuid, pid: 1, startTick: 0 })

function define(name: string, uuid: string): void {
  const image = `/tmp/${uuid}.img`
  writeIdleDisk(image)
  const text = domainXml({ name, bus: 'ide', nic: 'e1000' }, image, `<uuid>${uuid}</uuid>`)
  writeFileSync(`/tmp/${uuid}.xml`, text)
  virsh('define', `/tmp/${uuid}.xml`)
}

async function toVirtio(uuid: string): Promise<DomainXmlOperation> {
  const question: DomainXmlOperation = { kind: 'domain-xml', vm: vmOf(uuid), from: '', to: '' }
  const answer = await client.read(question)
  assert.equal(answer.outcome, 'done', answer.reason)
  const from = String(answer.after)
  const to = from
    .replace("<target dev='hda' bus='ide'/>", "<target dev='vda' bus='virtio'/>")
    .replace(/\n *<address type='drive'[^>]*\/>/, '')
  assert.notEqual(from, to)
  return { ...question, from, to }
}

const undoOf = ({ from, to, ...rest }: DomainXmlOperation): DomainXmlOperation => ({
  ...rest,
  from: to,
  to: from,
})

/** Whether a process has that program and that word on its command line. */
const isRunning = (program: string, word: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[0]!.endsWith(program) && words.includes(word)
    } catch {
      return false
    }
  })

before(async () => {
  const { ActuatorClient } = (await import('/project/dist/actuator/client.js' as string)) as {
    ActuatorClient: new (path: string, deadlineMs: number) => ActuatorClient
  }
  client = new ActuatorClient('/run/kvminfo/actuate.sock', 600_000)
  remediate = await startRemediate('vms: [{name: web1, virtio_ready: true}]')
  define('web1', uuids.web1)
  virsh('start', '--', uuids.web1)
})

after(async () => {
  virsh('destroy', '--', uuids.web1)
  await remediate.stop()
})

test('a plan for the disk shows the difference', async () => {
  let plan = ''
  await until(
    'a plan can be made',
    () => {
      try {
        plan = kvminfo('plan', 'virtio-disk', 'web1')
        return plan.includes('+      <target')
      } catch (error) {
        plan = String(error)
        return false
      }
    },
    3000,
    300,
  ).catch((error: unknown) => {
    console.log(plan)
    throw error
  })
  console.log(plan)
  assert.match(plan, /^- {6}<target dev='hda' bus='ide'\/>$/m)
  assert.match(plan, /^\+ {6}<target dev='vda' bus='virtio'\/>$/m)
  assert.match(plan, /yes {2}the guest has a driver for virtio disks/)
  assert.doesNotMatch(plan, /^ {2}NO /m)
})

test('a disk goes to virtio, the VM starts with it, and everything is undone', async () => {
  const original = definitionOf(uuids.web1)
  const operation = await toVirtio(uuids.web1)
  const done = await client.execute(operation)
  assert.deepEqual([done.outcome, done.after === operation.to], ['done', true], done.reason)
  assert.equal(busOf(definitionOf(uuids.web1)), 'virtio')
  assert.equal(busOf(virsh('dumpxml', '--', uuids.web1)), 'ide', 'the running VM is as before')
  assert.equal((await client.read(operation)).after, operation.to)

  // The guest is a boot sector, which ignores ACPI.
  const off: DomainPowerOperation = {
    kind: 'domain-power',
    vm: vmOf(uuids.web1),
    from: 'running',
    to: 'shut off',
  }
  const ignored = await client.execute(off)
  assert.deepEqual([ignored.outcome, ignored.after], ['failed', 'running'])
  assert.match(ignored.reason ?? '', /ACPI/)
  virsh('destroy', '--', uuids.web1)
  const started = await client.execute({ ...off, from: 'shut off', to: 'running' })
  assert.deepEqual([started.outcome, started.after], ['done', 'running'], started.reason)
  assert.equal(busOf(virsh('dumpxml', '--', uuids.web1)), 'virtio', 'the VM runs on virtio')

  const undone = await client.execute(undoOf(operation))
  assert.deepEqual([undone.outcome, undone.after], ['done', operation.from], undone.reason)
  assert.equal(definitionOf(uuids.web1), original, 'not a byte differs')
  virsh('destroy', '--', uuids.web1)
  virsh('start', '--', uuids.web1)
  assert.equal(busOf(virsh('dumpxml', '--', uuids.web1)), 'ide')
})

test('a definition of another disk is refused, and one that somebody else changed is left alone', async () => {
  const operation = await toVirtio(uuids.web1)
  const original = definitionOf(uuids.web1)
  const stolen = operation.to.replace(/<source file='[^']*'/, "<source file='/etc/shadow'")
  assert.equal((await client.execute({ ...operation, to: stolen })).outcome, 'refused')
  virsh('desc', '--config', '--title', uuids.web1, 'changed')
  assert.equal((await client.execute(operation)).outcome, 'stale')
  virsh('desc', '--config', '--title', uuids.web1, '')
  assert.equal(definitionOf(uuids.web1), original)
})

test('a libvirtd that hangs, or was killed, costs only the change that was asked for then', async () => {
  const operation = await toVirtio(uuids.web1)
  const [original, id] = [definitionOf(uuids.web1), virsh('domid', '--', uuids.web1)]
  const libvirtd = Number(execFileSync('pidof', ['-s', 'libvirtd'], { encoding: 'utf8' }))
  process.kill(libvirtd, 'SIGSTOP')
  const hanging = await client.execute(operation)
  process.kill(libvirtd, 'SIGCONT')
  console.log(`while it hangs: ${hanging.outcome}: ${hanging.reason}`)
  assert.notEqual(hanging.outcome, 'done')
  assert.match(hanging.reason ?? '', /no answer within/)
  assert.equal(definitionOf(uuids.web1), original)

  process.kill(libvirtd, 'SIGKILL')
  const killed = await client.execute(operation)
  console.log(`when it was killed: ${killed.outcome}: ${killed.reason}`)
  assert.notEqual(killed.outcome, 'done')
  execFileSync('libvirtd', ['--daemon'])
  const isBack = (): boolean => {
    try {
      return virsh('domid', '--', uuids.web1) === id
    } catch {
      return false
    }
  }
  await until('libvirt knows the VM, which ran on', isBack, 500)
  assert.equal(definitionOf(uuids.web1), original)

  // The plan from before is still right.
  const done = await client.execute(operation)
  assert.equal(done.outcome, 'done', done.reason)
  assert.equal(busOf(definitionOf(uuids.web1)), 'virtio')
  assert.equal((await client.execute(undoOf(operation))).outcome, 'done')
  assert.equal(definitionOf(uuids.web1), original)
})

test('a libvirtd that stops in the middle of a change leaves it unknown until it cannot come any more', async () => {
  const operation = await toVirtio(uuids.web1)
  const libvirtd = Number(execFileSync('pidof', ['-s', 'libvirtd'], { encoding: 'utf8' }))
  const changing = client.execute(operation)
  await until('virsh is asked to define', () => isRunning('virsh', 'define'))
  process.kill(libvirtd, 'SIGSTOP')
  const late = await changing
  console.log(`${late.outcome}: ${late.reason}`)
  process.kill(libvirtd, 'SIGCONT')
  assert.deepEqual([late.outcome, late.before], ['unknown', operation.from])
  const outcomes = new Set<string>()
  let live: unknown
  const isKnown = async () => {
    const { outcome, after } = await client.read(operation)
    outcomes.add(outcome)
    live = after
    return outcome === 'done'
  }
  await until('the value is known', isKnown, 2000, 300)
  console.log(
    `it then was ${live === operation.to ? 'done' : 'not done'}; answers until then: ${[...outcomes]}`,
  )
  assert.equal(busOf(definitionOf(uuids.web1)), live === operation.to ? 'virtio' : 'ide')
  assert.ok(live === operation.to || outcomes.has('refused'), 'it is not called undone at once')
  const undone = await client.execute(undoOf(operation))
  assert.deepEqual([undone.outcome, undone.after], ['done', operation.from], undone.reason)
})

test('names that virsh takes for something else', async () => {
  const id = virsh('domid', uuids.web1)
  define(id, uuids.id)
  define('--all', uuids.option)
  define('a; b', uuids.commands)
  define(uuids.web1, uuids.uuid)
  const all = Object.values(uuids)
  for (const uuid of all.filter((one) => one !== uuids.web1)) {
    const before = new Map(all.map((one) => [one, definitionOf(one)]))
    const operation = await toVirtio(uuid)
    const done = await client.execute(operation)
    assert.equal(done.outcome, 'done', done.reason)
    const changed = all.filter((one) => definitionOf(one) !== before.get(one))
    assert.deepEqual(changed, [uuid])
    assert.equal((await client.execute(undoOf(operation))).outcome, 'done')
    assert.deepEqual(new Map(all.map((one) => [one, definitionOf(one)])), before)
    console.log(`${uuid}: only its own definition changed`)
  }
})

test('a VM that libvirt does not keep, and one that it does not have', async () => {
  const operation = await toVirtio(uuids.web1)
  const gone = '66666666-6666-4666-8666-666666666666'
  assert.equal((await client.execute({ ...operation, vm: vmOf(gone) })).outcome, 'stale')
  for (const uuid of ['web1', '--all', `${uuids.web1}; destroy`])
    assert.equal((await client.execute({ ...operation, vm: vmOf(uuid) })).outcome, 'refused')
  virsh('undefine', '--', uuids.web1)
  assert.equal((await client.execute(operation)).outcome, 'stale')
})
