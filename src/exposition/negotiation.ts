// Chooses the format of a response by the Accept header of the request.
import type { Request } from 'express'
import { type Format, openMetrics, prometheusText } from './format.ts'

/**
 * Parameters that Prometheus 3 may add to the media type. They say how to escape names with characters outside
 * [a-zA-Z0-9_:]. We have no such names, so every scheme gives the same text.
 * https://prometheus.io/docs/instrumenting/content_negotiation/
 */
const escapings = [
  '',
  ...['allow-utf-8', 'underscores', 'dots', 'values'].map((scheme) => `; escaping=${scheme}`),
]

/** The media types on offer. The first ones are preferred if the client does not care. */
const offers: readonly (readonly [mediaType: string, Format])[] = [prometheusText, openMetrics].flatMap(
  (format) => escapings.map((escaping) => [`${format.contentType}${escaping}`, format] as const),
)

/** A client that accepts neither format gets the Prometheus text format, as from every other exporter. */
export function negotiateFormat(request: Request): Format {
  const accepted = request.accepts(offers.map(([mediaType]) => mediaType))
  return offers.find(([mediaType]) => mediaType === accepted)?.[1] ?? prometheusText
}
