// Remediation in the lab: from an alert to a proven improvement with a real Alertmanager and a real VM, and the services
// under a real systemd. Minutes each.
import { test } from 'vitest'
import { passes } from '../passes.ts'

test('Linux 6.1 remediate.ts', async () => {
  await passes('remediate.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 1500 })
})

test('Linux 6.1 actuate.sh', async () => {
  await passes('actuate.sh', { kernel: '6.1', cpus: 2, iommu: true, timeoutSeconds: 800 })
})

test('Linux 6.1 tune.ts', async () => {
  await passes('tune.ts', { kernel: '6.1', cpus: 2, timeoutSeconds: 1200 })
})

test('Linux 6.1 tune-knobs.ts', async () => {
  await passes('tune-knobs.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 1800 })
})

test('Linux 6.1 definitions.ts', async () => {
  await passes('definitions.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 1500 })
})

test('Linux 6.12 knobs.ts', async () => {
  await passes('knobs.ts', { kernel: '6.12', cpus: 2, timeoutSeconds: 1200 })
})

test('Linux 5.10 knobs.ts with control groups of version 1', async () => {
  await passes('knobs.ts', { kernel: '5.10', cpus: 2, timeoutSeconds: 1200, args: ['cgroup-v1'] })
})

test('Linux 6.1 virtio-loop.ts', async () => {
  await passes('virtio-loop.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 2400 })
})

test('Linux 6.1 does-not-come-up.ts', async () => {
  await passes('does-not-come-up.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 1500 })
})

test('Linux 6.1 next-start.ts', async () => {
  await passes('next-start.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 2400 })
})

test('Linux 6.1 test-disk.ts', async () => {
  await passes('test-disk.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 2400 })
})

test('Linux 6.1 assign-device.ts', async () => {
  await passes('assign-device.ts', { kernel: '6.1', cpus: 1, iommu: true, timeoutSeconds: 1800 })
})

test('Linux 6.1 huge-page-backing.ts', async () => {
  await passes('huge-page-backing.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 900 })
})

test('Linux 6.1 linux-knobs.ts', async () => {
  await passes('linux-knobs.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 1800 })
})

// Several runs, because each kill takes half a minute here.
test.each([
  ['virtio-disk'],
  ['virtio-nic'],
  ['vhost-net'],
  ['ksm-off', 'ksm-pace', 'host-prepare'],
  ['hugepages'],
  ['balloon-deflate'],
  ['balloon-inflate'],
])('Linux 6.1 killed.ts %s', async (...actions) => {
  await passes('killed.ts', { kernel: '6.1', cpus: 1, timeoutSeconds: 3600, args: actions })
})

test('Linux 6.1 killed.ts ksm-on', async () => {
  await passes('killed.ts', { kernel: '6.1', cpus: 4, timeoutSeconds: 3600, args: ['ksm-on'] })
})

test.each(['assign-device', 'virtual-functions'])('Linux 6.1 killed.ts %s', async (action) => {
  await passes('killed.ts', { kernel: '6.1', cpus: 1, iommu: true, timeoutSeconds: 3600, args: [action] })
})
