// A device of the host is given to a running Linux guest and taken back, and virtual functions of it are made and removed,
// behind a real IOMMU driver, VFIO and libvirt. Needs a machine with --iommu. The device is an NVMe disk. What the guest
// reads and writes shows that the device reaches the memory of the guest. Its virtual functions serve nobody, because QEMU
// gives them no queues until the NVMe command for it is used; so only where they are is shown. Asserted against sysfs and
// libvirt, not against our own words.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { actuatorPid, fire, kvminfo, newest, reaches, startRemediate, tune } from './stack/remediate.ts'
import { driverOf, isInVm, spareDevice, virtualFunctions } from './stack/spare-device.ts'

const guest = '/project/test/lab/guests/linux'
const vm = 'web1'
const disk = '/dev/nvme0n1'
const block = 4096

let remediate: { stop(): Promise<void> }
/** The NVMe disk. */
let device: string

const run = (command: string, ...words: string[]): string =>
  execFileSync(command, words, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] })

const places = (address: string) => ({ isInVm: isInVm(vm, address), driver: driverOf(address) })

/** Where a device is that the VM has, and where the disk is while the host has it. */
const inVm = { isInVm: true, driver: 'vfio-pci' }
const inHost = { isInVm: false, driver: 'nvme' }

const functions = (): string[] => virtualFunctions(device)

/** How often the guest has found something on an NVMe disk. */
const readsOfGuest = (): number =>
  readFileSync(`/tmp/${vm}.console`, 'latin1').split('nvme disk: only the host').length - 1

/** The text at the start of a block of the disk, past the cache of the host. */
function textOf(index: number): string {
  const words = [`if=${disk}`, `bs=${block}`, `skip=${index}`, 'count=1', 'iflag=direct', 'status=none']
  return run('dd', ...words).replace(/\0.*$/s, '')
}

function write(index: number, text: string): void {
  const words = [`of=${disk}`, `bs=${block}`, `seek=${index}`, 'oflag=direct', 'conv=sync', 'status=none']
  execFileSync('dd', words, { input: text })
}

before(async () => {
  for (const module of ['nvme', 'vfio_iommu_type1', 'vfio-pci', 'ext4']) run('modprobe', module)
  await until('the host has the disk', () => readdirSync('/dev').includes('nvme0n1'))
  device = spareDevice()
  remediate = await startRemediate(`limits: {cooldown: 0, changes_per_hour: 100, attempts_per_day: 100}
measure: {placebo: 0}`)
  run(`${guest}/start`, '--via', 'libvirt', '--name', vm, 'nvme=1', 'delay=100000')
  run(`${guest}/await`, vm, 'work starts', '400')
  console.log(`${vm} works after ${process.uptime().toFixed(0)} s; the device is ${device}`)
})

after(async () => {
  await remediate.stop()
})

test('a disk that is mounted is refused, and stays with the host', async () => {
  run('mkfs.ext4', '-q', disk)
  run('mount', disk, '/mnt')
  const plan = () => kvminfo('plan', 'assign-device', vm, '--device', device)
  await until('the plan names the mount', () => plan().includes('nvme0n1 is mounted at /mnt'), 3000, 300)
  console.log(plan())
  const { code, err } = tune('device', vm, device)
  assert.equal(code, 1)
  assert.match(err, /the host itself does not use the device \(nvme0n1 is mounted at \/mnt\)/)
  assert.deepEqual(places(device), inHost)
  run('umount', '/mnt')
})

test('an alert and an approval give the disk to the VM, whose guest uses it; undo takes it back', async () => {
  write(0, 'only the host has written this')
  write(1, 'nobody has read it')
  const id = await fire('assign-device', { vm, device })
  await reaches(id, ['proposed'])
  console.log(kvminfo('plan', 'assign-device', vm, '--device', device))
  assert.deepEqual(places(device), inHost, 'nothing is done before the approval')
  kvminfo('approve', String(id), '--yes')
  await reaches(id, ['kept'], 400)
  console.log(kvminfo('show', String(id)))
  assert.deepEqual(places(device), inVm)
  await until('the guest has read the disk', () => readsOfGuest() === 1, 1000, 200)
  assert.ok(!readdirSync('/dev').includes('nvme0n1'), 'the host has the disk no more')
  kvminfo('undo', String(id))
  await reaches(id, ['undone'], 300)
  console.log(kvminfo('show', String(id)))
  assert.deepEqual(places(device), inHost)
  await until('the host has the disk again', () => readdirSync('/dev').includes('nvme0n1'))
  assert.deepEqual([textOf(0), textOf(1)], ['only the host has written this', 'read by the guest'])
})

test('an actuator that is killed while it gives the device away: the next one decides by reading, and takes it back', async () => {
  assert.equal(tune('device', vm, device, '--no-wait').code, 0)
  const id = (await newest(({ action }) => action === 'assign-device'))!.id
  await until('libvirt has taken the device', () => driverOf(device) !== 'nvme', 20)
  const killed = actuatorPid()
  process.kill(killed, 'SIGKILL')
  console.log(`killed ${killed} while the device was here: ${JSON.stringify(places(device))}`)
  await until('another actuator runs', () => ![killed, Number.NaN].includes(actuatorPid()), 500)
  const run = await reaches(id, ['undone', 'kept', 'unproven'], 400)
  console.log(kvminfo('show', String(id)))
  if (run.state !== 'undone') {
    assert.deepEqual(places(device), inVm)
    assert.equal(tune('undo', String(id)).code, 0)
  }
  assert.deepEqual(places(device), inHost)
})

test('virtual functions: made, one given to the VM, and not removed while it is there', async () => {
  await until('the host has the disk again', () => readdirSync('/dev').includes('nvme0n1'))
  assert.equal(tune('functions', device, '5').code, 1, 'it can have four')
  assert.equal(tune('functions', device, '2').code, 0)
  assert.equal(functions().length, 2)
  const made = (await newest(({ action }) => action === 'virtual-functions'))!.id
  const [first] = functions() as [string]
  // The driver finds that nobody has configured their queues, and gives up on them.
  await until('no driver has a function', () => functions().every((one) => driverOf(one) === undefined))
  assert.equal(tune('device', vm, device).code, 1, 'the functions would go with the device')
  assert.equal(tune('device', vm, first).code, 0)
  assert.deepEqual(places(first), inVm)
  const given = (await newest(({ action }) => action === 'assign-device'))!.id
  const { code, out } = tune('undo', String(made))
  assert.equal(code, 1)
  assert.match(out, new RegExp(`${first} is in a VM`))
  assert.deepEqual([functions().length, places(first)], [2, inVm])
  assert.equal(tune('undo', String(given)).code, 0)
  assert.equal(isInVm(vm, first), false)
  assert.notEqual(driverOf(first), 'vfio-pci')
  assert.equal(tune('undo', String(made)).code, 0)
  assert.deepEqual([functions(), driverOf(device)], [[], 'nvme'])
})

test('the journal is whole, and a device is the host’s again when the VM is switched off', async () => {
  assert.equal(tune('device', vm, device).code, 0)
  assert.deepEqual(places(device), inVm)
  virsh('destroy', '--', vm)
  await until('the host has the disk again', () => driverOf(device) === 'nvme')
  const id = (await newest(({ action }) => action === 'assign-device'))!.id
  console.log(kvminfo('show', String(id)))
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
