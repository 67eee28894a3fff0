import { expect, test } from 'vitest'
import { mitigations } from '../../../../src/doctor/checks/mitigations.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const flaws = (states: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(states).map(([name, state]) => [
      `/sys/devices/system/cpu/vulnerabilities/${name}`,
      `${state}\n`,
    ]),
  )

test('a CPU without flaws, and mitigations that cost an exit nothing', async () => {
  const host = hostWith(
    flaws({
      l1tf: 'Not affected',
      spectre_v2: 'Mitigation: Enhanced / Automatic IBRS; IBPB: conditional; RSB filling',
      mds: 'Not affected',
    }),
  )
  expect(await diagnosed(mitigations, host)).toEqual([])
})

test('names what makes exits dear', async () => {
  const host = hostWith(
    flaws({
      itlb_multihit: 'KVM: Mitigation: Split huge pages',
      l1tf: 'Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT vulnerable',
      mds: 'Mitigation: Clear CPU buffers; SMT vulnerable',
      retbleed: 'Mitigation: untrained return thunk; SMT disabled',
    }),
  )
  expect(await diagnosed(mitigations, host)).toEqual([
    'notice: mitigations make exits dear: l1tf: the L1 cache is flushed before guests are entered; mds: CPU buffers are cleared before guests are entered; retbleed: returns in the kernel are slower after each exit; itlb_multihit: KVM splits huge pages from which guests run code',
  ])
})

test('names open flaws', async () => {
  const host = hostWith(
    flaws({
      itlb_multihit: 'KVM: Vulnerable',
      mds: 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable',
      meltdown: 'Mitigation: PTI',
    }),
  )
  expect(await diagnosed(mitigations, host)).toEqual([
    'warning: flaws of the CPU are open: itlb_multihit, mds',
  ])
})

test('a kernel that does not list them', async () => {
  expect(await diagnosed(mitigations, hostWith({}))).toEqual([
    'not checked: there is no /sys/devices/system/cpu/vulnerabilities: the kernel does not list the flaws of the CPU',
  ])
})
