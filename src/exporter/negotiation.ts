// Which format a request gets, by its Accept header.
import type { Request } from 'express'
import { type Format, openMetrics, prometheusText } from './format.ts'

/**
 * What a client may ask for, the one preferred where it does not care first. Prometheus 3 adds `escaping` to what
 * it asks for: how to spell names outside [a-zA-Z0-9_:], of which we have none.
 */
const offers: readonly (readonly [mediaType: string, Format])[] = [
  ['text/plain; version=0.0.4; charset=utf-8', prometheusText],
  ['text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8', prometheusText],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', openMetrics],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8', openMetrics],
]

/** A client that accepts neither gets the Prometheus text, as from every other exporter. */
export function negotiateFormat(request: Request): Format {
  const accepted = request.accepts(offers.map(([mediaType]) => mediaType))
  return offers.find(([mediaType]) => mediaType === accepted)?.[1] ?? prometheusText
}
