// The last minutes, which the page collects from the answers.
import { expect, test } from 'vitest'
import { LiveHistory } from '../../../../src/page/browser/live-history.js'
import type { LiveDocument, LiveVm } from '../../../../src/page/live-document.ts'

const vm = (pid: number, ratio: (number | null)[], startedAt = 1) =>
  ({ pid, startedAt, history: { ratio, switches: ratio } }) as unknown as LiveVm

const answer = (at: number[], ...vms: LiveVm[]) =>
  ({
    at: at.at(-1),
    history: { at, kernelSwitches: at, userspaceSwitches: at, cpuBusy: at },
    vms,
  }) as unknown as LiveDocument

test('joins the histories of answers, with a gap before a VM that appears later', () => {
  const history = new LiveHistory()
  history.add(answer([100, 105], vm(1, [null, 0.5])))
  history.add(answer([110], vm(1, [0.6]), vm(2, [0.7])))
  expect(history.at).toEqual([100, 105, 110])
  expect(history.host.kernelSwitches).toEqual([100, 105, 110])
  expect(history.of(vm(1, [])).ratio).toEqual([null, 0.5, 0.6])
  expect(history.of(vm(2, [])).ratio).toEqual([null, null, 0.7])
})

test('keeps five minutes of every line', () => {
  const history = new LiveHistory()
  history.add(answer([100], vm(1, [0.1])))
  history.add(answer([105], vm(1, [0.2])))
  history.add(answer([404, 405], vm(1, [0.3, 0.4])))
  expect(history.at).toEqual([404, 405])
  expect(history.of(vm(1, [])).ratio).toEqual([0.3, 0.4])
  expect(history.host.userspaceSwitches).toEqual([404, 405])
})

test('forgets a VM that is gone, even if its process ID is reused', () => {
  const history = new LiveHistory()
  history.add(answer([100], vm(1, [0.1])))
  history.add(answer([105], vm(1, [0.2], 99)))
  expect(history.of(vm(1, [], 99)).ratio).toEqual([null, 0.2])
  expect(history.of(vm(1, []))).toEqual({ ratio: [], switches: [] })
})
