// The body that Alertmanager posts to a webhook, version 4 (Alertmanager 0.25 to 0.34; notify/webhook/webhook.go). Unknown
// fields are accepted, because newer versions add some.
import * as z from 'zod'
import { KvminfoError } from '../../errors.ts'

const maxAlerts = 2_000
const maxLabels = 64
const maxText = 4_096

const text = z.string().max(maxText)
const texts = z
  .record(text, text)
  .refine((map) => Object.keys(map).length <= maxLabels, `has more than ${maxLabels} entries`)
const time = z.iso.datetime({ offset: true })

const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: time,
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/, 'must be hexadecimal'),
})

const payloadSchema = z.object({
  version: z.literal('4', 'must be "4"; this program knows no other version'),
  truncatedAlerts: z
    .int()
    .min(0)
    .default(0)
    .refine((count) => count === 0, 'Alertmanager has left out alerts: remove max_alerts from the webhook'),
  alerts: z.array(alertSchema).max(maxAlerts, `has more than ${maxAlerts} alerts`),
})

export type WebhookAlert = z.infer<typeof alertSchema>

/** Throws PAYLOAD_REFUSED, with the field, and never with the field's value. */
export function parsePayload(body: unknown): readonly WebhookAlert[] {
  const result = payloadSchema.safeParse(body)
  if (result.success) return result.data.alerts
  const [issue] = result.error.issues
  const field = issue!.path.length === 0 ? 'the body' : issue!.path.map(String).join('.').slice(0, 200)
  throw new KvminfoError('PAYLOAD_REFUSED', `${field}: ${issue!.message.slice(0, 300)}`)
}
