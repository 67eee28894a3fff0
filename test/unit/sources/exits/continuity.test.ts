// Counters never jump: every rise that Prometheus sees really happened since the previous sample.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VmExits } from '../../../../src/model/exits.ts'
import { Continuity } from '../../../../src/sources/exits/continuity.ts'

const counted = (kernelSwitches: number, userspaceSwitches = 0, extra: Partial<VmExits> = {}): VmExits => ({
  pid: 7,
  io: kernelSwitches,
  exceptions: undefined,
  kernelSwitches,
  userspaceSwitches,
  signalReturns: 0,
  kernelNs: undefined,
  haltNs: undefined,
  userspaceNs: undefined,
  reasons: new Map(),
  ...extra,
})

const second = 1e9

/** A VM that started at 100 s; the program's first sample is at 1,000 s. */
function running() {
  const continuity = new Continuity()
  let now = 1_000
  return {
    shown(source: 'module' | 'debugfs' | 'qmp' | 'libvirt', exits: VmExits, isModuleHidden = false) {
      continuity.sample(new Map([['vm', 100 * second]]), now++ * second, isModuleHidden)
      const { kernelSwitches, userspaceSwitches } = continuity.rebase('vm', source, exits)
      return [kernelSwitches, userspaceSwitches]
    },
  }
}

describe('one source', () => {
  it('passes on the counts of the module', () => {
    const vm = running()
    expect(vm.shown('module', counted(500, 50))).toEqual([500, 50])
    expect(vm.shown('module', counted(600, 60))).toEqual([600, 60])
  })

  it('shows a reloaded module as a reset', () => {
    const vm = running()
    vm.shown('module', counted(500, 50))
    expect(vm.shown('module', counted(20, 2))).toEqual([20, 2])
  })

  it('starts the statistics of a VM that was already running at zero', () => {
    const vm = running()
    expect(vm.shown('debugfs', counted(500, 50))).toEqual([0, 0])
    expect(vm.shown('debugfs', counted(510, 51))).toEqual([10, 1])
  })

  it('shows all counts of a VM that started since the previous sample', () => {
    const continuity = new Continuity()
    continuity.sample(new Map(), 1_000 * second, false)
    continuity.sample(new Map([['vm', 1_005 * second]]), 1_010 * second, false)
    expect(continuity.rebase('vm', 'debugfs', counted(500, 50)).kernelSwitches).toBe(500)
  })

  it('shows all counts of a new VM even if the uptime was unknown at the previous sample', () => {
    const continuity = new Continuity()
    continuity.sample(new Map(), 1_000 * second, false)
    continuity.sample(new Map(), undefined, false)
    continuity.sample(
      new Map([
        ['new', 1_005 * second],
        ['old', 900 * second],
      ]),
      undefined,
      false,
    )
    expect(continuity.rebase('new', 'debugfs', counted(500)).kernelSwitches).toBe(500)
    expect(continuity.rebase('old', 'debugfs', counted(500)).kernelSwitches).toBe(0)
  })

  it('shows all counts of a new VM even if the source reports it only at a later sample', () => {
    const continuity = new Continuity()
    continuity.sample(new Map(), 1_000 * second, false)
    const vms = new Map([['vm', 1_005 * second]])
    continuity.sample(vms, 1_010 * second, false)
    continuity.sample(vms, 1_020 * second, false)
    expect(continuity.rebase('vm', 'libvirt', counted(500)).kernelSwitches).toBe(500)
  })

  it('starts again at zero when statistics fall because a vCPU is removed: the other vCPUs’ counts are not new', () => {
    const vm = running()
    vm.shown('debugfs', counted(500))
    vm.shown('debugfs', counted(900))
    expect(vm.shown('debugfs', counted(700))).toEqual([0, 0])
    expect(vm.shown('debugfs', counted(710))).toEqual([10, 0])
  })

  it('does not take a difference that falls a little for a reset', () => {
    const vm = running()
    vm.shown('debugfs', counted(500, 50))
    expect(vm.shown('debugfs', counted(600, 60))).toEqual([100, 10])
    // 700 exits in total, but one userspace exit fewer than before.
    expect(vm.shown('debugfs', counted(641, 59))).toEqual([141, 10])
  })

  it('does not take parts that fall in turn for a reset: nearly all exits of this VM go to user space', () => {
    const vm = running()
    vm.shown('qmp', counted(100, 5_000))
    expect(vm.shown('qmp', counted(120, 6_000))).toEqual([20, 1_000])
    // Returns of KVM_RUN without an exit count as userspace exits, and are missing from the kernel's share.
    expect(vm.shown('qmp', counted(90, 6_040))).toEqual([20, 1_040])
    expect(vm.shown('qmp', counted(85, 6_050))).toEqual([20, 1_050])
  })

  it('does not take a total that falls a little for a reset', () => {
    const vm = running()
    vm.shown('debugfs', counted(0, 5_000))
    expect(vm.shown('debugfs', counted(0, 6_000))).toEqual([0, 1_000])
    expect(vm.shown('debugfs', counted(0, 5_990))).toEqual([0, 1_000])
    expect(vm.shown('debugfs', counted(0, 6_010))).toEqual([0, 1_010])
  })

  it.each([
    [990, 500],
    [989, 0],
  ])('takes a fall of more than one percent for the loss of a vCPU: from 1,000 to %i', (now, shown) => {
    const vm = running()
    vm.shown('debugfs', counted(500))
    expect(vm.shown('debugfs', counted(1_000))).toEqual([500, 0])
    expect(vm.shown('debugfs', counted(now))).toEqual([shown, 0])
  })
})

describe('a change of source', () => {
  it.each([
    [500, 9_000],
    [9_000, 500],
  ])(
    'to a fallback starts at zero, however the counts of the two sources compare: %i and %i',
    (before, after) => {
      const vm = running()
      vm.shown('module', counted(before))
      expect(vm.shown('debugfs', counted(after))).toEqual([0, 0])
      expect(vm.shown('debugfs', counted(after + 7))).toEqual([7, 0])
    },
  )

  it('to a module that was loaded since the previous sample shows all its counts, as after a restart', () => {
    const vm = running()
    vm.shown('debugfs', counted(500))
    expect(vm.shown('module', counted(40, 4))).toEqual([40, 4])
    expect(vm.shown('module', counted(70, 7))).toEqual([70, 7])
    expect(running().shown('module', counted(71, 7))).toEqual([71, 7])
  })

  it('to a module that was loaded but unreadable starts at zero, because the fallback has shown its counts', () => {
    const vm = running()
    vm.shown('debugfs', counted(500), true)
    expect(vm.shown('module', counted(400))).toEqual([0, 0])
    expect(vm.shown('module', counted(430))).toEqual([30, 0])
    // Reloaded, it counts from its own zero.
    expect(vm.shown('module', counted(30))).toEqual([30, 0])
  })

  it('to such a module shows all its counts for a VM for which it had no row at the previous sample', () => {
    const vm = running()
    vm.shown('debugfs', counted(500), true)
    vm.shown('debugfs', counted(600))
    expect(vm.shown('module', counted(5))).toEqual([5, 0])
  })

  it('subtracts from every column and from every exit reason', () => {
    const continuity = new Continuity()
    const full = (factor: number) =>
      counted(10 * factor, 20 * factor, {
        exceptions: 30 * factor,
        signalReturns: 40 * factor,
        kernelNs: 50 * factor,
        haltNs: 60 * factor,
        userspaceNs: 70 * factor,
        reasons: new Map([
          ['io', 80 * factor],
          [`new-${factor}`, 1],
        ]),
        reasonNs: new Map([['io', 90 * factor]]),
        userspaceReasons: new Map([
          ['io', { count: 100 * factor, ns: 110 * factor }],
          ['mmio', { count: 120 * factor, ns: undefined }],
        ]),
      })
    const vms = new Map([['vm', 0]])
    continuity.sample(vms, second, true)
    continuity.sample(vms, 2 * second, false)
    continuity.rebase('vm', 'debugfs', counted(5))
    continuity.rebase('vm', 'module', full(1))
    expect(continuity.rebase('vm', 'module', full(3))).toMatchObject({
      io: 20,
      kernelSwitches: 20,
      userspaceSwitches: 40,
      exceptions: 60,
      signalReturns: 80,
      kernelNs: 100,
      haltNs: 120,
      userspaceNs: 140,
      reasons: new Map([
        ['io', 160],
        ['new-3', 1],
      ]),
      reasonNs: new Map([['io', 180]]),
      userspaceReasons: new Map([
        ['io', { count: 200, ns: 220 }],
        ['mmio', { count: 240, ns: undefined }],
      ]),
    })
  })
})

describe('a VM that is missing from samples', () => {
  function shownAfterMissing(samples: number): number[] {
    const continuity = new Continuity()
    const vms = new Map([['vm', 5 * second]])
    let now = 4
    continuity.sample(new Map(), now * second, false)
    const shown = (kernelSwitches: number): number => {
      continuity.sample(vms, ++now * second, false)
      return continuity.rebase('vm', 'qmp', counted(kernelSwitches)).kernelSwitches
    }
    const before = shown(500)
    for (let sample = 0; sample < samples; sample++) continuity.sample(new Map(), ++now * second, false)
    return [before, shown(540)]
  }

  it('goes on where it was, because it may only have been unidentified', () => {
    expect(shownAfterMissing(1)).toEqual([500, 540])
    expect(shownAfterMissing(60)).toEqual([500, 540])
  })

  it('is forgotten after 60 samples, so that VMs that ended cost no memory', () => {
    expect(shownAfterMissing(61)).toEqual([500, 0])
  })

  it('whose pid belongs to a new VM now has no part in its counts, because keys contain the start time', () => {
    const continuity = new Continuity()
    continuity.sample(new Map([['7:100', second]]), 10 * second, false)
    continuity.rebase('7:100', 'debugfs', counted(500))
    continuity.sample(new Map([['7:2500', 25 * second]]), 30 * second, false)
    expect(continuity.rebase('7:2500', 'debugfs', counted(40)).kernelSwitches).toBe(40)
  })
})

it('never shows a rise larger than what was counted, whatever the sources do and however often it restarts', () => {
  const step = fc.record({
    source: fc.constantFrom('module' as const, 'debugfs' as const, 'libvirt' as const),
    /** Exits since the previous step, and how many of them came before the module was loaded, if it was. */
    exits: fc.nat(1_000),
    unloaded: fc.nat(1_000),
    isReloaded: fc.boolean(),
    isRestarted: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(5_000), fc.nat(5_000), (steps, since, loaded) => {
      let vm = running()
      let total = 10_000 + since
      // All sources count the same exits, but the module counts from its load and the others from the start of the VM.
      let moduleStart = Math.min(loaded, total)
      let isModuleLoaded = true
      let shownBefore: number | undefined
      for (const { source, exits, unloaded, isReloaded, isRestarted } of steps) {
        // A fallback is used exactly while the module is not loaded.
        if (source === 'module' && (!isModuleLoaded || isReloaded))
          moduleStart = total + Math.min(unloaded, exits)
        isModuleLoaded = source === 'module'
        total += exits
        if (isRestarted) vm = running()
        const [shown] = vm.shown(source, counted(isModuleLoaded ? total - moduleStart : total))
        if (shownBefore !== undefined && shown! > shownBefore)
          expect(shown! - shownBefore).toBeLessThanOrEqual(exits)
        shownBefore = shown
      }
    }),
  )
})
