// The balloon of a VM, through the actuator.
import { describe, expect, test, vi } from 'vitest'
import { type BalloonOperation, reversed } from '../../../src/actuator/protocol.ts'
import { LibvirtLate } from '../../../src/libvirt/run.ts'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { changed, ideGuest, uuidOf } from '../../helpers/definitions.ts'

/** KiB. */
const memory = 4_194_304
const low = memory / 2

function withBalloon(edit: (definition: string) => string = (text) => text, all = memory) {
  const host = actuatorOnFiles()
  const { vm, domains } = host
  const definition = edit(
    changed(
      changed(ideGuest, "<memory unit='KiB'>131072<", `<memory unit='KiB'>${all}<`),
      "<currentMemory unit='KiB'>131072<",
      `<currentMemory unit='KiB'>${all / 2}<`,
    ),
  )
  const domain = domains.add(vm.uuid!, changed(definition, uuidOf(ideGuest), vm.uuid!))
  const operation: BalloonOperation = { kind: 'balloon', vm, from: all / 2, to: all }
  const execute = (one: BalloonOperation) => host.actuator.answer({ do: 'execute', operation: one })
  return {
    ...host,
    domain,
    operation,
    execute,
    steps: () => domains.calls.map((call) => Number(call.split(' ')[1])),
  }
}

test('is moved in steps of 5 % of the memory, and back', async () => {
  const { execute, operation, steps } = withBalloon()
  expect(await execute(operation)).toEqual({ outcome: 'done', before: low, after: memory })
  const made = steps()
  expect(made).toHaveLength(10)
  expect(made.at(-1)).toBe(memory)
  const step = Math.ceil(memory / 20)
  for (const [index, kib] of made.entries()) expect(kib - (made[index - 1] ?? low)).toBeLessThanOrEqual(step)
  expect(await execute(reversed(operation))).toEqual({ outcome: 'done', before: memory, after: low })
  expect(steps()).toHaveLength(20)
})

test('gives a VM all of its memory back that has less than what a balloon leaves', async () => {
  const small = 131_072
  const { execute, operation } = withBalloon(undefined, small)
  expect(await execute(operation)).toEqual({ outcome: 'done', before: small / 2, after: small })
})

test('is set back if the guest does not follow', async () => {
  const { execute, operation, domain, steps } = withBalloon()
  const follow = domain.onMemory
  domain.onMemory = (kib) => {
    if (kib < low + memory / 8) follow(kib)
  }
  expect(await execute(operation)).toMatchObject({
    outcome: 'failed',
    after: low,
    reason: expect.stringContaining('balloon driver'),
  })
  expect(steps().at(-1)).toBe(low)
})

test('is set back if libvirt does not answer in the middle, and nobody knows the value for a while', async () => {
  const { execute, operation, domain, actuator, steps } = withBalloon()
  const follow = domain.onMemory
  domain.onMemory = (kib) => {
    if (kib > low + memory / 8) throw new LibvirtLate('SOURCE_FAILED', 'no answer within 20000 ms')
    follow(kib)
  }
  expect(await execute(operation)).toMatchObject({ outcome: 'unknown', before: low })
  expect(steps().at(-1)).toBe(low)
  const read = () => actuator.answer({ do: 'read', operation })
  await vi.waitFor(async () => expect(await read()).toMatchObject({ outcome: 'done', after: low }))
})

test('is left alone if somebody else has moved it', async () => {
  const { execute, operation, domain, domains } = withBalloon()
  domain.onMemory(low + 4)
  expect(await execute(operation)).toMatchObject({ outcome: 'stale', before: low + 4 })
  expect(domains.calls).toEqual([])
})

test('is void when the process has ended, although the domain runs again', async () => {
  const { execute, operation, domains, endVm } = withBalloon()
  endVm()
  expect(await execute(operation)).toMatchObject({ outcome: 'stale' })
  expect(domains.calls).toEqual([])
})

describe('is refused', () => {
  test.each([
    ['above the memory of the VM', { to: memory + 4 }, 'cannot get'],
    ['below half of the memory', { to: low - 4 }, `keeps at least ${low} KiB`],
  ])('%s', async (_what, change, reason) => {
    const { execute, operation, domains } = withBalloon()
    expect(await execute({ ...operation, ...change })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(reason),
    })
    expect(domains.calls).toEqual([])
  })

  test.each([
    [
      'with memory in huge pages',
      (text: string) => changed(text, '<vcpu', '<memoryBacking><hugepages/></memoryBacking><vcpu'),
      'huge pages',
    ],
    [
      'with a device of the host',
      (text: string) => changed(text, '</devices>', "<hostdev mode='subsystem' type='pci'/></devices>"),
      'device of the host',
    ],
    [
      'without a balloon',
      (text: string) => changed(text, "<memballoon model='virtio'>", "<memballoon model='none'>"),
      'no balloon',
    ],
  ])('for a VM %s', async (_what, edit, reason) => {
    const { execute, operation, domains } = withBalloon(edit)
    expect(await execute(operation)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(reason),
    })
    expect(domains.calls).toEqual([])
  })
})
