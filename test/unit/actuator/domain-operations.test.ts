// What the actuator does with a domain of libvirt, and refuses.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  type ActuatorAnswer,
  type DomainXmlOperation,
  type Operation,
  reversed,
} from '../../../src/actuator/protocol.ts'
import { LibvirtLate } from '../../../src/libvirt/run.ts'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { changed, ideGuest, ideGuestOnVirtio, uuidOf } from '../../helpers/definitions.ts'

const uuid = uuidOf(ideGuest)
const vm = { uuid, pid: 4321, startTick: 77 }
const onVirtio = changed(
  changed(ideGuest, "<target dev='hda' bus='ide'/>", "<target dev='vda' bus='virtio'/>"),
  "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n",
  '',
)
const toVirtio: DomainXmlOperation = { kind: 'domain-xml', vm, from: ideGuest, to: onVirtio }
const powerOff: Operation = { kind: 'domain-power', vm, from: 'running', to: 'shut off' }

function withDomain(definition = ideGuest, limits = {}) {
  const host = actuatorOnFiles({}, limits)
  const domain = host.domains.add(uuid, definition)
  return {
    ...host,
    domain,
    execute: (operation: Operation): Promise<ActuatorAnswer> =>
      host.actuator.answer({ do: 'execute', operation }),
    read: (operation: Operation): Promise<ActuatorAnswer> => host.actuator.answer({ do: 'read', operation }),
    setStop() {
      mkdirSync(join(host.rundir, 'kvminfo'), { recursive: true })
      writeFileSync(host.stopFile, '')
    },
    recorded: () =>
      readdirSync(join(host.rundir, 'kvminfo/changes')).map((name) =>
        readFileSync(join(host.rundir, 'kvminfo/changes', name), 'utf8'),
      ),
  }
}

describe('a definition', () => {
  test('is replaced, read back, recorded, and reversed, although the process of the plan never ran here', async () => {
    const { execute, domain, recorded } = withDomain()
    expect(await execute(toVirtio)).toEqual({ outcome: 'done', before: ideGuest, after: onVirtio })
    expect(domain.definition).toBe(ideGuestOnVirtio)
    expect(recorded()).toEqual([expect.stringMatching(/^definition was [0-9a-f]{64} set [0-9a-f]{64}\n$/)])
    expect(await execute(reversed(toVirtio))).toEqual({ outcome: 'done', before: onVirtio, after: ideGuest })
    expect(domain.definition).toBe(ideGuest)
    expect(recorded()).toEqual([])
  })

  test('is read in the words of the operation, or as it is', async () => {
    const { read, domain } = withDomain()
    expect(await read(toVirtio)).toMatchObject({ after: ideGuest })
    domain.definition = changed(ideGuest, '<vcpu', '<title>other</title><vcpu')
    expect(await read(toVirtio)).toMatchObject({ outcome: 'done', after: domain.definition })
    expect(await read({ ...toVirtio, from: '', to: '' })).toMatchObject({ after: domain.definition })
  })

  test('is done already if libvirt has it', async () => {
    const { execute, domains } = withDomain()
    await execute(toVirtio)
    expect(await execute(toVirtio)).toEqual({ outcome: 'done', before: onVirtio, after: onVirtio })
    expect(domains.calls).toEqual(['define'])
  })

  test('is left alone if somebody else has changed it', async () => {
    const { execute, domain, domains } = withDomain()
    domain.definition = changed(ideGuest, '<vcpu', '<title>other</title><vcpu')
    expect(await execute(toVirtio)).toMatchObject({ outcome: 'stale', before: domain.definition })
    expect(domains.calls).toEqual([])
  })

  test('of another disk is refused', async () => {
    const { execute, domains } = withDomain()
    const to = changed(onVirtio, '/var/lib/libvirt/images/web1.raw', '/etc/shadow')
    expect(await execute({ ...toVirtio, to })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('only'),
    })
    expect(domains.calls).toEqual([])
  })

  test('in which other devices lose their addresses is refused', async () => {
    const { execute, domains } = withDomain()
    const strip = (text: string) => text.replace(/\n *<address type='pci'[^>]*slot='0x03'[^>]*\/>/, '')
    expect(strip(ideGuest)).not.toBe(ideGuest)
    expect(await execute({ ...toVirtio, from: strip(ideGuest), to: strip(onVirtio) })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('another address'),
    })
    expect(domains.calls).toEqual([])
  })

  test('keeps a password, which the asker never sees', async () => {
    const secret = changed(ideGuest, "listen='127.0.0.1'>", "listen='127.0.0.1' passwd='geheim'>")
    const { execute, domain } = withDomain(secret)
    const answer = await execute(toVirtio)
    expect(answer).toMatchObject({ outcome: 'done' })
    expect(JSON.stringify(answer)).not.toContain('geheim')
    expect(domain.definition).toContain("passwd='geheim'")
    expect(domain.definition).toContain("bus='virtio'")
  })

  test('with a password is not replaced by a text in which it has no place', async () => {
    const secret = changed(ideGuest, "listen='127.0.0.1'>", "listen='127.0.0.1' passwd='geheim'>")
    const { execute, domain } = withDomain(secret)
    const to = changed(onVirtio, '    <graphics', '     <graphics')
    expect(await execute({ ...toVirtio, to })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('password'),
    })
    expect(domain.definition).toBe(secret)
  })

  test('that libvirt reports as defined, and has not taken, is a failure', async () => {
    const { execute, domains, recorded } = withDomain()
    domains.onDefine = () => undefined
    expect(await execute(toVirtio)).toMatchObject({ outcome: 'failed', before: ideGuest, after: ideGuest })
    expect(recorded()).toEqual([])
  })

  test('is not changed while the kill switch is set, but still reversed', async () => {
    const { execute, setStop } = withDomain()
    await execute(toVirtio)
    setStop()
    expect(await execute(reversed(toVirtio))).toMatchObject({ outcome: 'done' })
    expect(await execute(toVirtio)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('kill switch'),
    })
  })

  test('of a protected VM is not changed; the name is of its definition', async () => {
    const isProtected = ({ name }: { name: string | undefined }) => name === 'web1'
    const { execute } = withDomain(ideGuest, { isProtected })
    expect(await execute(toVirtio)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('protects'),
    })
  })
})

describe('a domain', () => {
  test.each([
    ['that libvirt does not have', { ...vm, uuid: '00000000-0000-4000-8000-000000000000' }, 'stale'],
    ['without a UUID', { ...vm, uuid: null }, 'refused'],
    ['whose UUID is a name', { ...vm, uuid: '3' }, 'refused'],
    ['whose UUID is an option', { ...vm, uuid: '--all' }, 'refused'],
    ['whose UUID is two commands', { ...vm, uuid: `${uuid}; destroy ${uuid}` }, 'refused'],
    ['whose UUID is in capitals', { ...vm, uuid: uuid.toUpperCase() }, 'refused'],
  ])('%s is not changed', async (_what, other, outcome) => {
    const { execute, domains } = withDomain()
    expect(await execute({ ...toVirtio, vm: other })).toMatchObject({ outcome })
    expect(await execute({ ...powerOff, vm: other })).toMatchObject({ outcome })
    expect(domains.calls).toEqual([])
  })

  test('that answers for another UUID is not changed', async () => {
    const other = '00000000-0000-4000-8000-000000000000'
    const { execute, domains } = withDomain()
    domains.add(other, ideGuest)
    expect(await execute({ ...toVirtio, vm: { ...vm, uuid: other } })).toMatchObject({ outcome: 'refused' })
    expect(domains.calls).toEqual([])
  })
})

describe('power', () => {
  test('is switched off by asking the guest, and on', async () => {
    const { execute, domains, domain } = withDomain()
    expect(await execute(powerOff)).toEqual({ outcome: 'done', before: 'running', after: 'shut off' })
    expect(await execute(reversed(powerOff))).toEqual({
      outcome: 'done',
      before: 'shut off',
      after: 'running',
    })
    expect(domains.calls).toEqual([`shutdown ${uuid}`, `start ${uuid}`])
    expect(domain.state).toBe('running')
  })

  test('stays on if the guest does not shut down', async () => {
    const { execute, domain } = withDomain()
    domain.onShutdown = () => undefined
    expect(await execute(powerOff)).toMatchObject({
      outcome: 'failed',
      after: 'running',
      reason: expect.stringContaining('ACPI'),
    })
  })

  describe('is cut', () => {
    const forced = { ...powerOff, force: true } as const
    /** A guest that hears nothing, after a start of ours. */
    async function stuck() {
      const made = withDomain()
      await made.execute(powerOff)
      await made.execute(reversed(powerOff))
      made.domain.onShutdown = () => undefined
      made.domains.calls.length = 0
      return made
    }

    test('for a guest that has just failed to come up, after it was asked', async () => {
      const { execute, domains } = await stuck()
      expect(await execute(forced)).toEqual({ outcome: 'done', before: 'running', after: 'shut off' })
      expect(domains.calls).toEqual([`shutdown ${uuid}`, `destroy ${uuid}`])
    })

    test('only if that is asked for', async () => {
      const { execute, domains } = await stuck()
      expect(await execute(powerOff)).toMatchObject({ outcome: 'failed' })
      expect(domains.calls).toEqual([`shutdown ${uuid}`])
    })

    test('not if the guest shuts down by itself', async () => {
      const { execute, domain, domains } = await stuck()
      domain.onShutdown = () => {
        domain.state = 'shut off'
      }
      expect(await execute(forced)).toMatchObject({ outcome: 'done' })
      expect(domains.calls).toEqual([`shutdown ${uuid}`])
    })

    test('not for a guest whose agent answers', async () => {
      const { execute, domain, domains } = await stuck()
      domain.agent = { 'guest-ping': '{"return":{}}' }
      expect(await execute(forced)).toMatchObject({ outcome: 'failed', after: 'running' })
      expect(domains.calls).toEqual([`shutdown ${uuid}`])
    })

    test('not for a guest that somebody else has started', async () => {
      const { execute, domain, domains } = withDomain()
      domain.onShutdown = () => undefined
      expect(await execute(forced)).toMatchObject({ outcome: 'failed', after: 'running' })
      expect(domains.calls).toEqual([`shutdown ${uuid}`])
    })
  })

  test('of a paused domain is not touched', async () => {
    const { execute, domain, domains } = withDomain()
    domain.state = 'paused'
    expect(await execute(powerOff)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('paused'),
    })
    expect(domains.calls).toEqual([])
  })

  test('is not switched off while the kill switch is set, but a VM that we switched off is started', async () => {
    const { execute, setStop } = withDomain()
    await execute(powerOff)
    setStop()
    expect(await execute(reversed(powerOff))).toMatchObject({ outcome: 'done', after: 'running' })
    expect(await execute(powerOff)).toMatchObject({ outcome: 'refused' })
  })

  test('does not keep requests about other VMs waiting', async () => {
    const { actuator, execute, domain, operation, raise } = withDomain()
    let isOff = false
    domain.onShutdown = () => {
      isOff = true
    }
    const shutdown = execute(powerOff)
    expect(await actuator.answer({ do: 'read', operation: operation(raise.from, raise.to) })).toMatchObject({
      outcome: 'done',
    })
    expect(await shutdown).toMatchObject({ outcome: 'failed' })
    expect(isOff).toBe(true)
  })
})

describe('the guest agent', () => {
  test('says buses of disks and drivers', async () => {
    const { actuator, domain } = withDomain()
    domain.agent = {
      'guest-ping': '{"return":{}}',
      'guest-get-disks':
        '{"return":[{"name":"/dev/vda","partition":false,"address":{"bus-type":"virtio","target":0}},{"name":"/dev/dm-0","partition":false}]}',
      'guest-get-devices':
        '{"return":[{"driver-name":"VirtIO SCSI","id":{"type":"pci","vendor-id":6900,"device-id":4097}},{"driver-name":"x"}]}',
    }
    expect(await actuator.answer({ do: 'guest', vm })).toEqual({
      outcome: 'done',
      after: {
        answers: true,
        diskBuses: ['virtio'],
        drivers: [{ vendor: '1af4', device: '1001', driver: 'VirtIO SCSI' }],
      },
    })
  })

  test.each([
    ['does not answer', {}],
    ['answers with no JSON', { 'guest-ping': 'pong' }],
    ['answers with something else', { 'guest-ping': '[]' }],
  ])('that %s says nothing', async (_what, agent) => {
    const { actuator, domain } = withDomain()
    domain.agent = agent
    const answer = await actuator.answer({ do: 'guest', vm })
    expect(answer).toEqual({ outcome: 'done', after: { answers: false, diskBuses: [], drivers: [] } })
  })

  test('that only says what cannot be is one that answers', async () => {
    const { actuator, domain } = withDomain()
    domain.agent = {
      'guest-ping': '{"return":{}}',
      'guest-get-disks': `{"return":[{"address":{"bus-type":"${'x'.repeat(101)}"}}]}`,
    }
    const answer = await actuator.answer({ do: 'guest', vm })
    expect(answer).toMatchObject({ after: { answers: true, diskBuses: [] } })
  })
})

describe('a call of libvirt that misses its deadline', () => {
  const late = () => {
    throw new LibvirtLate('SOURCE_FAILED', 'no answer within 90000 ms from: virsh define')
  }

  test('may still come: the answer is unknown, nothing can be read, and what comes late counts as done', async () => {
    const { execute, read, domain, domains } = withDomain()
    domains.onDefine = late
    expect(await execute(toVirtio)).toEqual({
      outcome: 'unknown',
      before: ideGuest,
      reason: expect.stringMatching(/^no answer within .*; libvirt may still do what it was asked for/),
    })
    for (const answer of [await read(toVirtio), await execute(reversed(toVirtio))])
      expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('may still') })
    domain.definition = ideGuestOnVirtio
    expect(await read(toVirtio)).toMatchObject({ outcome: 'done', after: onVirtio })
    domains.onDefine = undefined
    expect(await execute(reversed(toVirtio))).toMatchObject({ outcome: 'done', after: ideGuest })
  })

  test('is over when libvirt has answered for a while', async () => {
    const { execute, read, domains } = withDomain()
    domains.onDefine = late
    expect(await execute(toVirtio)).toMatchObject({ outcome: 'unknown' })
    await vi.waitFor(async () => expect(await read(toVirtio)).toMatchObject({ outcome: 'done' }))
    expect(await read(toVirtio)).toMatchObject({ after: ideGuest })
    domains.onDefine = undefined
    expect(await execute(toVirtio)).toMatchObject({ outcome: 'done' })
  })

  test('is done if libvirt has done it by then', async () => {
    const { execute, domain, domains } = withDomain()
    domains.onDefine = () => {
      domain.definition = ideGuestOnVirtio
      late()
    }
    expect(await execute(toVirtio)).toEqual({ outcome: 'done', before: ideGuest, after: onVirtio })
  })

  /** Another actuator, after one that was killed while libvirt changed the definition. */
  async function afterKill() {
    const host = withDomain()
    host.domains.onDefine = () => new Promise(() => {})
    void host.execute(toVirtio)
    await vi.waitFor(() => expect(host.recorded()).toHaveLength(1))
    const later = host.create()
    return { host, read: (operation: Operation) => later.answer({ do: 'read', operation }) }
  }

  test('of an actuator that was killed may still come too', async () => {
    const { host, read } = await afterKill()
    // Also for who asks without knowing of the change.
    for (const operation of [toVirtio, { ...toVirtio, from: '', to: '' }])
      expect(await read(operation)).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('may still'),
      })
    host.domain.definition = ideGuestOnVirtio
    expect(await read(toVirtio)).toMatchObject({ outcome: 'done', after: onVirtio })
  })

  test('and that of a killed actuator is over when libvirt has answered for a while', async () => {
    const { read } = await afterKill()
    expect(await read(toVirtio)).toMatchObject({ outcome: 'refused' })
    await vi.waitFor(async () =>
      expect(await read(toVirtio)).toMatchObject({ outcome: 'done', after: ideGuest }),
    )
  })

  test('is not expected from a former actuator whose change is there', async () => {
    const host = withDomain()
    await host.execute(toVirtio)
    const later = host.create()
    expect(await later.answer({ do: 'read', operation: { ...toVirtio, from: '', to: '' } })).toMatchObject({
      outcome: 'done',
      after: ideGuestOnVirtio,
    })
  })

  test('concerns only what it was about', async () => {
    const { execute, domains } = withDomain()
    domains.onDefine = late
    await execute(toVirtio)
    expect(await execute(powerOff)).toMatchObject({ outcome: 'done' })
  })

  test('is unknown for as long as libvirt does not answer at all', async () => {
    const { execute, read, domains } = withDomain()
    const { xml } = domains
    domains.onDefine = () => {
      domains.xml = async () => late()
      late()
    }
    expect(await execute(toVirtio)).toMatchObject({ outcome: 'unknown' })
    // Longer than a call may be late.
    await new Promise((resolve) => setTimeout(resolve, 80))
    domains.xml = xml
    expect(await read(toVirtio)).toMatchObject({ outcome: 'refused' })
    await vi.waitFor(async () => expect(await read(toVirtio)).toMatchObject({ outcome: 'done' }))
  })
})
