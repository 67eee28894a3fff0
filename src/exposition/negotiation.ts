// Which format a request gets, by its Accept header.
import type { Request } from 'express'
import { type Format, openMetrics, prometheusText } from './format.ts'

/**
 * What Prometheus 3 may add to what it asks for: how to spell names outside [a-zA-Z0-9_:], of which we have none, so
 * each is as good as another. https://prometheus.io/docs/instrumenting/content_negotiation/
 */
const escapings = [
  '',
  ...['allow-utf-8', 'underscores', 'dots', 'values'].map((scheme) => `; escaping=${scheme}`),
]

/** What a client may ask for, the one preferred where it does not care first. */
const offers: readonly (readonly [mediaType: string, Format])[] = [prometheusText, openMetrics].flatMap(
  (format) => escapings.map((escaping) => [`${format.contentType}${escaping}`, format] as const),
)

/** A client that accepts neither gets the Prometheus text, as from every other exporter. */
export function negotiateFormat(request: Request): Format {
  const accepted = request.accepts(offers.map(([mediaType]) => mediaType))
  return offers.find(([mediaType]) => mediaType === accepted)?.[1] ?? prometheusText
}
