// What the guest says about itself, through its agent and the actuator.
import * as z from 'zod'
import type { GuestReport } from '../../actuator/protocol.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import type { Actuator } from '../run/executor.ts'

const report: z.ZodType<GuestReport> = z.object({
  answers: z.boolean(),
  diskBuses: z.array(z.string()),
  drivers: z.array(z.object({ vendor: z.string(), device: z.string(), driver: z.string() })),
})

const silent: GuestReport = { answers: false, diskBuses: [], drivers: [] }

/** A guest that says nothing if the actuator may not ask it. Rejects with NoAnswer. */
export async function askGuest(actuator: Actuator, vm: VmIdentity | undefined): Promise<GuestReport> {
  if (vm === undefined) return silent
  const answer = await actuator.guest(vm)
  return report.safeParse(answer.after).data ?? silent
}
