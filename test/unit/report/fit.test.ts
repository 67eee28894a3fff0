import { describe, expect, test } from 'vitest'
import { type FitHost, type FitVm, planFit } from '../../../src/report/analysis/fit.ts'

const gib = 1024 ** 3
const host = (name: string, cpu: number, memory: number, more = {}): FitHost => ({
  name,
  room: { cpu, memory: memory * gib, hugePages: 0, realtimeVcpus: 0, ...more },
})
const vm = (name: string, on: string, cpu: number, memory: number, more = {}): FitVm => ({
  name,
  host: on,
  needs: { cpu, memory: memory * gib, hugePages: 0, realtimeVcpus: 0, ...more },
})

describe('planFit', () => {
  test('places the largest VM first, on the first host that has room', () => {
    const hosts = [host('a', 0, 0), host('b', 2, 4), host('c', 4, 16)]
    const { evacuations } = planFit(hosts, [vm('small', 'a', 1, 4), vm('large', 'a', 1, 8)], [])
    expect(evacuations[0]).toEqual({
      host: 'a',
      placements: [
        { vm: 'large', from: 'a', to: 'c' },
        { vm: 'small', from: 'a', to: 'b' },
      ],
      left: [],
    })
  })

  test('fills a host to the last byte, and no further', () => {
    const vms = [vm('one', 'a', 1, 4), vm('two', 'a', 1, 4)]
    const { evacuations } = planFit([host('a', 0, 0), host('b', 9, 8)], vms, [])
    expect(evacuations[0]!.left).toEqual([])
    const tight = planFit([host('a', 0, 0), host('b', 9, 7.99)], vms, [])
    expect(tight.evacuations[0]!.left).toEqual([{ vm: 'two', reason: 'no other host has enough memory' }])
  })

  test.each([
    [{ hugePages: gib }, 'huge pages'],
    [{ realtimeVcpus: 2 }, 'real-time vCPUs'],
  ])('knows that a host lacks what a VM with %j needs', (more, word) => {
    const { evacuations } = planFit([host('a', 0, 0), host('b', 9, 99)], [vm('x', 'a', 1, 1, more)], [])
    expect(evacuations[0]!.left).toEqual([{ vm: 'x', reason: `no other host has enough ${word}` }])
  })

  test('leaves a VM whose needs are not known', () => {
    const { evacuations, emptied } = planFit(
      [host('a', 9, 9), host('b', 9, 9)],
      [vm('y', 'b', 1, 1)],
      [{ name: 'x', host: 'a' }],
    )
    expect(evacuations[0]!.left).toEqual([{ vm: 'x', reason: 'its needs are not known' }])
    expect(emptied.map((one) => one.host)).toEqual(['b'])
  })

  test('empties hosts only as far as the others have room', () => {
    const hosts = ['a', 'b', 'c'].map((name) => host(name, 4, 4))
    const vms = ['a', 'b', 'c'].map((name, index) => vm(`vm-${name}`, name, 1, 3 + index / 10))
    expect(planFit(hosts, vms, []).emptied.map((one) => one.host)).toEqual(['a'])
  })

  test('relieves a host that is above a limit until it is below it', () => {
    const hosts = [host('a', -1, 4), host('b', 4, 64)]
    const vms = [vm('busy', 'a', 2, 1), vm('calm', 'a', 0.5, 1)]
    expect(planFit(hosts, vms, []).relief).toEqual([{ vm: 'busy', from: 'a', to: 'b' }])
  })

  test('does not move a VM to a host that is above a limit itself', () => {
    const hosts = [host('a', -1, 4), host('b', -1, 64)]
    expect(planFit(hosts, [vm('busy', 'a', 0, 1)], []).relief).toEqual([])
  })

  test('a single host has no other', () => {
    const { evacuations, emptied } = planFit([host('a', 4, 4)], [vm('x', 'a', 1, 1)], [])
    expect(evacuations[0]!.left).toEqual([{ vm: 'x', reason: 'there is no other host' }])
    expect(emptied).toEqual([])
  })
})
