// When the host is looked at, and when not.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Sampler } from '../../../src/observe/sampler.ts'
import { sampling } from '../../../src/page/sampling.ts'
import { hostSnapshot, part, vm } from '../../helpers/host-snapshot.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

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
    looks: () => snapshot.mock.calls.length,
    messages: () => records.map(({ msg }) => msg),
    breakIt: (broken: boolean) => {
      isBroken = broken
    },
  }
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

test('before anybody asks, nothing is read', async () => {
  const { looks } = watched()
  await pass(3600)
  expect(looks()).toBe(0)
})

test('the first answer is there at once, the second look a second later, then one each five seconds', async () => {
  const { sampler, looks } = watched()
  expect((await sampler.history()).last!.vms.map(({ label }) => label)).toEqual(['web'])
  expect(looks()).toBe(1)
  await pass(1)
  expect(looks()).toBe(2)
  await pass(4.9)
  expect(looks()).toBe(2)
  await pass(0.1)
  expect(looks()).toBe(3)
  expect((await sampler.history()).timeline.length).toBe(3)
})

test('many who ask cost no more looks than one', async () => {
  const { sampler, looks } = watched()
  const histories = await Promise.all(Array.from({ length: 20 }, () => sampler.history()))
  expect(new Set(histories).size).toBe(1)
  expect(looks()).toBe(1)
})

test('a minute after the last one asked it stops, and forgets', async () => {
  const { sampler, looks } = watched()
  const first = await sampler.history()
  await pass(70)
  const soFar = looks()
  expect(soFar).toBe(13)
  await pass(3600)
  expect(looks()).toBe(soFar)
  const second = await sampler.history()
  expect(second).not.toBe(first)
  expect(second.timeline.length).toBe(1)
})

test('who goes on asking keeps it going', async () => {
  const { sampler } = watched()
  const first = await sampler.history()
  for (let minute = 0; minute < 5; minute++) {
    await pass(55)
    expect(await sampler.history()).toBe(first)
  }
})

test('a look that fails is told and logged once; what was known is kept for the next that succeeds', async () => {
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

test('a host that cannot be read at first can be later', async () => {
  const { sampler, breakIt } = watched()
  breakIt(true)
  await expect(sampler.history()).rejects.toThrow()
  await expect(sampler.history()).rejects.toThrow()
  breakIt(false)
  await pass(5)
  expect((await sampler.history()).timeline.length).toBe(1)
})
