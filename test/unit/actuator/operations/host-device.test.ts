// A device of the host goes to a running VM and back, through the actuator.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type HostDeviceOperation, reversed } from '../../../../src/actuator/protocol.ts'
import { KvminfoError } from '../../../../src/errors.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'
import { changed, ideGuest, sataGuest, uuidOf } from '../../../helpers/definitions.ts'
import { setMemory } from '../../../helpers/memory-files.ts'
import { disk, hostWithDisk } from '../../../helpers/pci-host.ts'

const alias = 'hostdev0'

/** A VM of 128 MiB, a device that it can get, and a libvirt that moves the device between the drivers. */
function host({ definition = ideGuest, driver = 'nvme' as string | undefined } = {}) {
  const made = actuatorOnFiles()
  const files = hostWithDisk(made)
  files.setDriver(disk, driver)
  setMemory(made.procfs, 64, 32)
  const { vm, domains } = made
  const domain = domains.add(vm.uuid!, changed(definition, uuidOf(definition), vm.uuid!))
  domain.onAttach = (xml) => {
    files.setDriver(disk, 'vfio-pci')
    domain.plugged.set(alias, xml.replace('</hostdev>', `<alias name='${alias}'/></hostdev>`))
  }
  domain.onDetach = () => {
    domain.plugged.delete(alias)
    files.setDriver(disk, driver)
  }
  const operation: HostDeviceOperation = {
    ...{ kind: 'host-device', vm, device: disk, driver: driver ?? null },
    ...{ from: 'host', to: 'vm' },
  }
  return {
    ...made,
    ...files,
    ...{ domain, operation },
    give: (actuator = made.actuator) => actuator.answer({ do: 'execute', operation }),
    takeBack: (actuator = made.actuator) =>
      actuator.answer({ do: 'execute', operation: reversed(operation) }),
    read: () => made.actuator.answer({ do: 'read', operation }),
  }
}

test('the VM gets the device, and a later process takes it back, also while the kill switch is set', async () => {
  const { give, takeBack, domains, domain, create, changesFile, stopFile } = host()
  const seen: string[] = []
  const { onAttach } = domain
  domain.onAttach = (xml) => {
    seen.push(xml)
    onAttach(xml)
  }
  expect(await give()).toEqual({ outcome: 'done', before: 'host', after: 'vm' })
  expect(seen).toEqual([
    "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>",
  ])
  expect(readFileSync(changesFile, 'utf8')).toBe('host device 0000-01-00-0 was 0 set 1\n')
  writeFileSync(stopFile, 'why\n')
  expect(await takeBack(create())).toEqual({ outcome: 'done', before: 'vm', after: 'host' })
  expect(domains.calls).toEqual(['attach', `detach ${alias}`])
  expect(existsSync(changesFile)).toBe(false)
})

test('what is set aside for VMs is so afterwards', async () => {
  const { give, takeBack, domain } = host({ driver: 'vfio-pci' })
  expect(await give()).toMatchObject({ outcome: 'done', before: 'host', after: 'vm' })
  expect(domain.plugged.get(alias)).toContain("managed='no'")
  expect(await takeBack()).toMatchObject({ outcome: 'done', before: 'vm', after: 'host' })
})

test('a device that no driver had may have found one afterwards', async () => {
  const made = host({ driver: undefined })
  made.domain.onDetach = () => {
    made.domain.plugged.delete(alias)
    made.setDriver(disk, 'nvme')
  }
  expect(await made.give()).toMatchObject({ outcome: 'done', after: 'vm' })
  expect(await made.takeBack()).toMatchObject({ outcome: 'done', after: 'host' })
})

test('another driver than the plan says is somebody else', async () => {
  const { give, setDriver, domains } = host()
  setDriver(disk, 'nvme_tcp')
  expect(await give()).toMatchObject({ outcome: 'stale', before: 'neither' })
  expect(domains.calls).toEqual([])
})

describe('a guest that does not give the device back', () => {
  test('keeps it, and may give it back later', async () => {
    const { give, takeBack, domain, domains, changesFile } = host()
    await give()
    const { onDetach } = domain
    domain.onDetach = () => undefined
    expect(await takeBack()).toMatchObject({
      outcome: 'failed',
      after: 'vm',
      reason: expect.stringContaining('the guest has not given 0000:01:00.0 back'),
    })
    // It was asked once.
    expect(domains.calls).toEqual(['attach', `detach ${alias}`])
    domain.onDetach = onDetach
    expect(await takeBack()).toMatchObject({ outcome: 'done', after: 'host' })
    expect(existsSync(changesFile)).toBe(false)
  })

  test('and has been asked before', async () => {
    const made = host()
    await made.give()
    made.domain.onDetach = () => {
      throw new KvminfoError('SOURCE_FAILED', 'already in the process of unplug')
    }
    expect(await made.takeBack()).toMatchObject({
      reason: expect.stringContaining('(already in the process'),
    })
  })
})

describe('a device that is neither in the VM nor with its driver', () => {
  test('goes back to the driver', async () => {
    const { give, takeBack, domain, domains, setDriver } = host()
    await give()
    // libvirt was killed in the middle.
    domain.plugged.clear()
    domains.onReattach = () => setDriver(disk, 'nvme')
    expect(await takeBack()).toEqual({ outcome: 'done', before: 'neither', after: 'host' })
    expect(domains.calls).toEqual(['attach', `reattach ${disk}`])
  })

  test('is not the host’s as long as its driver does not take it', async () => {
    const { give, takeBack, domain } = host()
    await give()
    domain.plugged.clear()
    expect(await takeBack()).toMatchObject({
      outcome: 'failed',
      after: 'neither',
      reason: expect.stringContaining('with vfio-pci instead of nvme'),
    })
  })

  test('comes to the VM late, and is taken back then', async () => {
    const { give, takeBack, domain, domains, setDriver, changesFile } = host()
    const { onAttach } = domain
    let xml = ''
    domain.onAttach = (given) => {
      xml = given
      setDriver(disk, 'vfio-pci')
      throw new KvminfoError('SOURCE_FAILED', 'no answer in time')
    }
    // libvirt refuses as long as it still gives the device to the VM.
    domains.onReattach = () => {
      throw new KvminfoError('SOURCE_FAILED', 'in use by driver QEMU')
    }
    expect(await give()).toMatchObject({ outcome: 'failed', before: 'host', after: 'neither' })
    domains.onReattach = () => {
      onAttach(xml)
      throw new KvminfoError('SOURCE_FAILED', 'in use by driver QEMU')
    }
    expect(await takeBack()).toMatchObject({ outcome: 'done', before: 'neither', after: 'host' })
    expect(domains.calls.slice(-2)).toEqual([`reattach ${disk}`, `detach ${alias}`])
    expect(existsSync(changesFile)).toBe(false)
  })
})

test('libvirt that cannot give it has left the device with the host', async () => {
  const { give, domain, changesFile } = host()
  domain.onAttach = () => {
    throw new KvminfoError('SOURCE_FAILED', 'in use by driver QEMU, domain db1')
  }
  expect(await give()).toMatchObject({
    outcome: 'failed',
    after: 'host',
    reason: expect.stringContaining('db1'),
  })
  expect(existsSync(changesFile)).toBe(false)
})

test('libvirt that fails half-way leaves the device to the driver in the end', async () => {
  const { give, domain, domains, setDriver } = host()
  domain.onAttach = () => {
    setDriver(disk, 'vfio-pci')
    throw new KvminfoError('SOURCE_FAILED', 'cannot lock memory')
  }
  domains.onReattach = () => setDriver(disk, 'nvme')
  expect(await give()).toMatchObject({ outcome: 'failed', after: 'host' })
})

describe('is refused', () => {
  const refused = async (made: ReturnType<typeof host>, reason: string) => {
    expect(await made.give()).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) })
    expect(made.domains.calls).toEqual([])
  }

  test('while the host uses the device', async () => {
    const made = host()
    writeFileSync(join(made.procfs, 'swaps'), '/dev/nvme0n1p1 partition 1\n')
    await refused(made, 'nvme0n1p1 is swap space')
  })

  test('while the VM is paused, or libvirt runs a job on it', async () => {
    const made = host()
    made.domain.state = 'paused'
    await refused(made, 'paused')
    made.domain.state = 'running'
    made.domain.hasJob = true
    await refused(made, 'migrates')
  })

  test('for a VM without a place for it', async () => {
    await refused(host({ definition: sataGuest }), 'no free PCI slot')
  })

  test('while the balloon holds memory', async () => {
    const definition = changed(
      ideGuest,
      "<currentMemory unit='KiB'>131072<",
      "<currentMemory unit='KiB'>100000<",
    )
    await refused(host({ definition }), 'deflate it first')
  })

  test('if the host has no room for memory that is locked', async () => {
    const made = host()
    made.domain.definition = changed(
      made.domain.definition,
      "<memory unit='KiB'>131072</memory>\n  <currentMemory unit='KiB'>131072<",
      `<memory unit='KiB'>${40 * 1024 ** 2}</memory>\n  <currentMemory unit='KiB'>${40 * 1024 ** 2}<`,
    )
    await refused(made, 'less than a tenth')
  })

  test('to take a device that somebody else has given', async () => {
    const made = host()
    made.domain.onAttach(
      "<hostdev type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>",
    )
    expect(await made.read()).toMatchObject({ after: 'vm' })
    expect(await made.takeBack()).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('to undo'),
    })
  })

  test('a device that the host does not have', async () => {
    const made = host()
    const operation = { ...made.operation, device: '0000:99:00.0' }
    expect(await made.actuator.answer({ do: 'execute', operation })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('no PCI device'),
    })
  })
})

test('ends with the process of the VM', async () => {
  const { give, takeBack, endVm } = host()
  await give()
  endVm()
  expect(await takeBack()).toMatchObject({ outcome: 'stale' })
})
