// /proc/kvminfo as the patched KVM of the 2018 thesis prints it, in both of its formats.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseKvminfo } from '../../../../src/sources/kvminfo/parse.ts'

const fixture = (name: string) => {
  const text = readFileSync(new URL(`../../../fixtures/thesis-2018/${name}`, import.meta.url), 'latin1')
  return parseKvminfo(text, '/proc/kvminfo')
}

describe.each(['commas', 'blanks'])('the thesis’s format with %s', (form) => {
  it('reads the ten VMs of table 3-17', () => {
    const { rows, problems } = fixture(`table-3-17.${form}`)
    expect(problems).toEqual([])
    expect([...rows.keys()]).toEqual([2035, 2135, 2193, 2267, 2351, 2417, 2504, 2575, 2619, 2767])
    expect(rows.get(2135)).toMatchObject({
      exits: { io: 19_738_809, exceptions: 0, kernelSwitches: 19_523_186, userspaceSwitches: 19_655_793 },
      startNs: undefined,
      vcpus: [],
    })
  })

  it('reads the tuned and the untuned VM of table 7-4', () => {
    const { exits: tuned } = fixture(`table-7-4.${form}`).rows.get(15_749)!
    const { exits: untuned } = fixture(`table-7-4.${form}`).rows.get(15_795)!
    const share = (vm: typeof tuned) => vm.kernelSwitches / (vm.kernelSwitches + vm.userspaceSwitches)
    expect(share(tuned)).toBeCloseTo(0.992933857, 9)
    expect(share(untuned)).toBeCloseTo(0.609088406, 9)
    expect(tuned).toMatchObject({ signalReturns: undefined, kernelNs: undefined, haltNs: undefined })
  })
})

it('loses only the row that contains a word', () => {
  const title = 'index PID io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num'
  const { rows, problems } = parseKvminfo(`${title}\n1, 20, x, 0, 1, 2\n2, 21, 7, 0, 1, 2\n`, '/proc/kvminfo')
  expect([...rows.keys()]).toEqual([21])
  expect(problems).toHaveLength(1)
})
