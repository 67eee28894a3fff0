// When the host is sampled, and when not.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Sampler } from '../../../src/observe/sampler.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

const sampling = { intervalSeconds: 5, idleSeconds: 60, windowSeconds: 60, points: 60 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function watched() {
  let isBroken = false
  const snapshot = vi.fn(async () => {
    if (isBroken) throw new Error('/nowhere is no procfs')
    return hostSnapshot({ vms: () => part([vm('web', 10)]) })
  })
  const { log, records } = recordedLog()
  return {
    sampler: new Sampler({ ...sampling, source: { snapshot }, log }),
    samples: () => snapshot.mock.calls.length,
    messages: () => records.map(({ msg }) => msg),
    breakIt: (broken: boolean) => {
      isBroken = broken
    },
  }
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

test('reads nothing before somebody asks', async () => {
  const { samples } = watched()
  await pass(3600)
  expect(samples()).toBe(0)
})

test('takes the first sample at once, the second one a second later, then one every five seconds', async () => {
  const { sampler, samples } = watched()
  expect((await sampler.history()).last!.vms.map(({ label }) => label)).toEqual(['web'])
  expect(samples()).toBe(1)
  await pass(1)
  expect(samples()).toBe(2)
  await pass(4.9)
  expect(samples()).toBe(2)
  await pass(0.1)
  expect(samples()).toBe(3)
  expect((await sampler.history()).timeline.length).toBe(3)
})

test('takes one sample for many concurrent requests', async () => {
  const { sampler, samples } = watched()
  const histories = await Promise.all(Array.from({ length: 20 }, () => sampler.history()))
  expect(new Set(histories).size).toBe(1)
  expect(samples()).toBe(1)
})

test('stops and forgets a minute after the last request', async () => {
  const { sampler, samples } = watched()
  const first = await sampler.history()
  await pass(70)
  const soFar = samples()
  expect(soFar).toBe(13)
  await pass(3600)
  expect(samples()).toBe(soFar)
  const second = await sampler.history()
  expect(second).not.toBe(first)
  expect(second.timeline.length).toBe(1)
})

test('goes on as long as requests come', async () => {
  const { sampler } = watched()
  const first = await sampler.history()
  for (let minute = 0; minute < 5; minute++) {
    await pass(55)
    expect(await sampler.history()).toBe(first)
  }
})

test('rejects when a sample fails, logs that once, and keeps the history for the next sample that succeeds', async () => {
  const { sampler, messages, breakIt } = watched()
  const first = await sampler.history()
  await pass(1)
  breakIt(true)
  await pass(5)
  await expect(sampler.history()).rejects.toThrow('/nowhere is no procfs')
  await pass(15)
  expect(messages()).toEqual(['cannot sample this host'])
  breakIt(false)
  await pass(5)
  expect(await sampler.history()).toBe(first)
  expect(first.timeline.length).toBe(3)
})

test('recovers if the host can be read later', async () => {
  const { sampler, breakIt } = watched()
  breakIt(true)
  await expect(sampler.history()).rejects.toThrow()
  await expect(sampler.history()).rejects.toThrow()
  breakIt(false)
  await pass(5)
  expect((await sampler.history()).timeline.length).toBe(1)
})
