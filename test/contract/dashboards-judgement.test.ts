// The VM dashboard colours numbers only of VMs that are busy enough to be judged.
import { expect, test } from 'vitest'
import { dashboardFiles, targetsOf } from '../helpers/dashboard-files.ts'
import { valuesOf } from '../helpers/query-values.ts'

const { panels } = dashboardFiles().find(({ name }) => name === 'vm')!
const vm = (name: string): string => `instance="kvm1", job="kvm", vm="${name}"`

test.each([
  ['Handled in KVM', 'vm:kvminfo_root_mode_switch:ratio_rate5m'],
  ['I/O share', 'vm:kvminfo_io_exit:ratio_rate5m'],
  ['Wait for QEMU', 'vm:kvminfo_userspace_wait:ratio_rate5m'],
])('%s has no value for an idle VM', (panel, record) => {
  const [target] = targetsOf(panels.find(({ title }) => title === panel)!)
  const series = {
    [`vm:kvminfo_active:info{${vm('busy')}}`]: '1x60',
    [`${record}{${vm('busy')}}`]: '0.5x60',
    [`${record}{${vm('idle')}}`]: '0.5x60',
  }
  expect(valuesOf(target!.expr, series, { [`${record}{${vm('busy')}}`]: 0.5 })).toBe('agrees')
})
