// How fast counters rose.
import { expect, test } from 'vitest'
import { cpuBusyShare, exitRates, sumOfRates, taskRates, vcpuRates } from '../../../src/observe/rates.ts'
import { exits } from '../../helpers/exits.ts'
import { task } from '../../helpers/host-snapshot.ts'

test('computes exits per second and seconds per second', () => {
  const before = exits(1, { kernelSwitches: 100, userspaceSwitches: 10, io: 5, userspaceNs: 1e9 })
  const now = exits(1, { kernelSwitches: 600, userspaceSwitches: 60, io: 30, userspaceNs: 3.5e9 })
  expect(exitRates(before, now, 5)).toEqual({
    kernelSwitches: 100,
    userspaceSwitches: 10,
    io: 5,
    exceptions: undefined,
    kernelSeconds: undefined,
    haltSeconds: undefined,
    userspaceWaitSeconds: 0.5,
  })
})

test.each([
  'kernelSwitches',
  'userspaceSwitches',
  'io',
  'exceptions',
  'kernelNs',
  'haltNs',
  'userspaceNs',
] as const)('has no rates if %s fell', (counter) => {
  const all = {
    kernelSwitches: 9,
    userspaceSwitches: 9,
    io: 9,
    exceptions: 9,
    kernelNs: 9,
    haltNs: 9,
    userspaceNs: 9,
  }
  expect(exitRates(exits(1, all), exits(1, all), 1)).toMatchObject({ kernelSwitches: 0 })
  expect(exitRates(exits(1, all), exits(1, { ...all, [counter]: 8 }), 1)).toBeUndefined()
})

test('has no rate for a counter that is in only one of the two samples', () => {
  const rates = exitRates(exits(1, { exceptions: 5 }), exits(1), 1)
  expect(rates).toMatchObject({ kernelSwitches: 0, exceptions: undefined })
})

test('has no rate if there is only one sample', () => {
  expect(exitRates(undefined, exits(1), 5)).toBeUndefined()
  expect(exitRates(exits(1), undefined, 5)).toBeUndefined()
  expect(taskRates(undefined, task(1, 2), 5)).toBeUndefined()
})

test('computes the rates of a thread, except across two threads with one ID, and without run delay if the kernel does not count it', () => {
  const before = task(1, 2, { cpuNs: 1e9, runDelayNs: 2e9 })
  expect(taskRates(before, task(1, 2, { cpuNs: 3e9, runDelayNs: 3e9 }), 4)).toEqual({
    cpu: 0.5,
    runDelay: 0.25,
  })
  expect(taskRates(before, task(1, 2, { cpuNs: 0.5e9, runDelayNs: 3e9 }), 4)).toBeUndefined()
  expect(taskRates(before, task(1, 2, { cpuNs: 2e9, runDelayNs: 1e9 }), 4)).toBeUndefined()
  expect(taskRates(task(1, 2, { runDelayNs: undefined }), task(1, 2, { cpuNs: 4e9 }), 4)).toEqual({
    cpu: 1,
    runDelay: undefined,
  })
})

test('sums up the vCPUs that are in both samples', () => {
  const vcpus = [10, 11, 12].map((tid, id) => ({ id, tid }))
  const before = new Map([10, 11].map((tid) => [tid, task(1, tid)]))
  const now = new Map([10, 11, 12].map((tid) => [tid, task(1, tid, { cpuNs: 2e9, runDelayNs: 1e9 })]))
  expect(vcpuRates(vcpus, before, now, 2)).toEqual([
    { cpu: 1, runDelay: 0.5 },
    { cpu: 1, runDelay: 0.5 },
    undefined,
  ])
  expect(sumOfRates(vcpuRates(vcpus, before, now, 2))).toEqual({ cpu: 2, runDelay: 1 })
  expect(sumOfRates(vcpuRates(vcpus, undefined, now, 2))).toBeUndefined()
  expect(sumOfRates([])).toBeUndefined()
})

test('cpuBusyShare counts guest time once, and is undefined if a CPU went offline', () => {
  const cpu = (user: number, idle: number, guest: number) => [
    {
      cpu: 0,
      seconds: new Map([
        ['user', user],
        ['idle', idle],
        ['iowait', 0],
        ['guest', guest],
      ]),
    },
  ]
  expect(cpuBusyShare(cpu(10, 10, 10), cpu(40, 20, 40))).toBe(0.75)
  expect(cpuBusyShare(cpu(10, 10, 0), cpu(10, 20, 0))).toBe(0)
  expect(cpuBusyShare(cpu(10, 10, 0), cpu(10, 10, 0))).toBeUndefined()
  expect(cpuBusyShare([...cpu(9, 9, 9), ...cpu(9, 9, 9)], cpu(10, 10, 10))).toBeUndefined()
  expect(cpuBusyShare(undefined, cpu(1, 1, 1))).toBeUndefined()
})
