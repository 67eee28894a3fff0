// Asks the guest agent of a VM for what proves that the guest can drive virtio devices. What comes back is the guest's
// word: it is checked for its shape, bounded, and never acted on by the actuator itself.
import { z } from 'zod'
import { KvminfoError } from '../errors.ts'
import type { AgentCommand, Domains } from '../libvirt/write.ts'
import type { GuestReport } from './protocol.ts'

const word = z.string().max(100)
const most = 256

const disks = z.object({
  return: z.array(z.object({ address: z.object({ 'bus-type': word }).optional() })).max(most),
})

const pciId = z.int().min(0).max(0xffff)
const devices = z.object({
  return: z
    .array(
      z.object({
        'driver-name': word,
        id: z.object({ type: word, 'vendor-id': pciId, 'device-id': pciId }).optional(),
      }),
    )
    .max(most),
})

export async function askGuest(domains: Domains, uuid: string): Promise<GuestReport> {
  const ask = async <Answer>(
    command: AgentCommand,
    schema: z.ZodType<Answer>,
  ): Promise<Answer | undefined> => {
    try {
      return schema.safeParse(JSON.parse(await domains.askAgent(uuid, command))).data
    } catch (error) {
      // No agent, one that does not know the command, or no JSON.
      if (error instanceof KvminfoError || error instanceof SyntaxError) return undefined
      throw error
    }
  }
  if ((await ask('guest-ping', z.object({ return: z.unknown() }))) === undefined)
    return { answers: false, diskBuses: [], drivers: [] }
  const ofDisks = await ask('guest-get-disks', disks)
  const ofDevices = await ask('guest-get-devices', devices)
  return {
    answers: true,
    diskBuses: (ofDisks?.return ?? []).flatMap(({ address }) => address?.['bus-type'] ?? []),
    drivers: (ofDevices?.return ?? []).flatMap(({ 'driver-name': driver, id }) =>
      id === undefined ? [] : [{ vendor: hex(id['vendor-id']), device: hex(id['device-id']), driver }],
    ),
  }
}

const hex = (id: number): string => id.toString(16).padStart(4, '0')
