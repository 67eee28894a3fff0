// The shape of requests and answers on the actuator's socket. Unknown fields are refused, because a newer program may mean
// something by them that this one does not know.
import { z } from 'zod'
import { parsePciAddress } from '../sources/pci/device.ts'
import type { ActuatorAnswer, ActuatorRequest } from './protocol.ts'

/** PID_MAX_LIMIT of the kernel. */
const processId = z.int().min(1).max(4_194_304)
const tick = z.int().min(0)

const vm = z.strictObject({
  uuid: z.string().min(1).max(255).nullable(),
  pid: processId,
  startTick: tick,
})

const scheduling = z.strictObject({
  policy: z.int().min(0).max(15),
  rtPriority: z.int().min(0).max(99),
  nice: z.int().min(-20).max(19),
  resetOnFork: z.boolean(),
})

const definition = z.string().max(2 * 1024 * 1024)
const power = z.enum(['running', 'shut off'])

/** The third state, `plugged`, can only be seen. */
const testDisk = z.enum(['untested', 'read'])

/** The third state, `neither`, can only be seen. */
const hostDevicePlace = z.enum(['host', 'vm'])
const pciAddress = z.string().refine((text) => parsePciAddress(text) !== undefined, 'must be a PCI address')
const driverName = z.string().regex(/^[\w-]{1,64}$/)

const kib = z
  .int()
  .min(1)
  .max(2 ** 40)

const bit = z.union([z.literal(0), z.literal(1)])

const ksmRun = z.union([z.literal(0), z.literal(1), z.literal(2)])
const unsigned = z.int().min(0).max(0xffff_ffff)
const ksmPace = z.strictObject({ pagesToScan: unsigned, sleepMs: unsigned })
const weight = z.int().min(1).max(262_144)
const pages = z.int().min(0)
/** PCIe has 16 bits for it. */
const functions = z.int().min(0).max(0xffff)
const transparentHugePages = z.enum(['always', 'madvise', 'never'])

const operation = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('thread-scheduling'),
    vm,
    tid: processId,
    isAnyThread: z.literal(true).optional(),
    threadStartTick: tick,
    from: scheduling,
    to: scheduling,
  }),
  z.strictObject({ kind: z.literal('nothing'), vm, from: bit, to: bit }),
  z.strictObject({
    kind: z.literal('cpu-weight'),
    vm,
    file: z.enum(['cpu.weight', 'cpu.shares']),
    from: weight,
    to: weight,
  }),
  z.strictObject({ kind: z.literal('ksm-run'), from: ksmRun, to: ksmRun }),
  z.strictObject({ kind: z.literal('ksm-pace'), from: ksmPace, to: ksmPace }),
  z.strictObject({
    kind: z.literal('huge-pages'),
    node: z.int().min(0).max(1_023).nullable(),
    from: pages,
    to: pages,
  }),
  z.strictObject({
    kind: z.literal('transparent-huge-pages'),
    from: transparentHugePages,
    to: transparentHugePages,
  }),
  z.strictObject({ kind: z.literal('domain-xml'), vm, from: definition, to: definition }),
  z.strictObject({
    kind: z.literal('domain-power'),
    vm,
    from: power,
    to: power,
    force: z.literal(true).optional(),
  }),
  z.strictObject({ kind: z.literal('balloon'), vm, from: kib, to: kib }),
  z.strictObject({ kind: z.literal('test-disk'), vm, from: testDisk, to: testDisk }),
  z.strictObject({
    kind: z.literal('host-device'),
    vm,
    device: pciAddress,
    driver: driverName.nullable(),
    from: hostDevicePlace,
    to: hostDevicePlace,
  }),
  z.strictObject({
    kind: z.literal('virtual-functions'),
    device: pciAddress,
    from: functions,
    to: functions,
  }),
])

const request: z.ZodType<ActuatorRequest> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('execute'), operation }),
  z.strictObject({ do: z.literal('read'), operation }),
  z.strictObject({ do: z.literal('lease'), vm, until: z.number().min(0) }),
  z.strictObject({ do: z.literal('release'), vm }),
  z.strictObject({ do: z.literal('ping') }),
  z.strictObject({ do: z.literal('guest'), vm }),
])

const answer = z.strictObject({
  outcome: z.enum(['done', 'stale', 'refused', 'failed', 'unknown']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  reason: z.string().optional(),
})

/** A string says what is wrong with the line. */
function parse<Value>(line: string, schema: z.ZodType<Value>): { value: Value } | string {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'the line is not JSON'
  }
  const result = schema.safeParse(json)
  if (result.success) return { value: result.data }
  const { path, message } = result.error.issues[0]!
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

export const parseRequest = (line: string): { value: ActuatorRequest } | string => parse(line, request)

export const parseAnswer = (line: string): { value: ActuatorAnswer } | string =>
  parse(line, answer as z.ZodType<ActuatorAnswer>)
