// GET /metrics of remediation.
import type { RequestHandler } from 'express'
import { ByteWriter } from '../../exposition/byte-writer.ts'
import { Exposition } from '../../exposition/exposition.ts'
import { negotiateFormat } from '../../exposition/negotiation.ts'
import { noLabels, renderLabels } from '../../metrics/labels.ts'
import type { Metric } from '../../metrics/metric.ts'
import { remediationMetrics as metrics } from '../../metrics/remediation.ts'
import { verdictNames } from '../../model/remediation.ts'
import type { IntakeCounts } from '../intake/webhook-route.ts'
import type { RunCounts } from '../journal/query.ts'

export interface MetricsOptions {
  readonly intake: Readonly<IntakeCounts>
  readonly counts: () => RunCounts
  readonly isStopped: () => boolean
  readonly isPolicyValid: () => boolean
  readonly isJournalWritable: () => boolean
}

export function createRemediationMetrics(options: MetricsOptions): RequestHandler {
  const { intake, counts, isStopped, isPolicyValid, isJournalWritable } = options
  return (request, response) => {
    const format = negotiateFormat(request)
    const writer = new ByteWriter()
    const exposition = new Exposition(format, writer)
    const one = (metric: Metric, value: number): void => {
      exposition.family(metric)
      exposition.sample(noLabels, value)
    }
    one(metrics.requests, intake.requests)
    one(metrics.refusedRequests, intake.refused)
    one(metrics.alerts, intake.alerts)
    const { states, verdicts, oldestChanging } = counts()
    exposition.family(metrics.runs)
    for (const { action, state, count } of states) exposition.sample(renderLabels({ action, state }), count)
    exposition.family(metrics.verdicts)
    // So that a rate of false positives is 0, and not absent, from the first placebo run on.
    for (const verdict of verdictNames) {
      if (!verdicts.some((one) => one.action === 'placebo' && one.verdict === verdict))
        exposition.sample(renderLabels({ action: 'placebo', verdict }), 0)
    }
    for (const { action, verdict, count } of verdicts)
      exposition.sample(renderLabels({ action, verdict }), count)
    one(metrics.stopped, Number(isStopped()))
    one(metrics.policyValid, Number(isPolicyValid()))
    one(metrics.journalWritable, Number(isJournalWritable()))
    one(
      metrics.oldestOpen,
      oldestChanging === undefined ? 0 : Math.max(0, Date.now() - oldestChanging) / 1000,
    )
    exposition.end()
    response.set({ 'Content-Type': format.contentType, 'Cache-Control': 'no-store' }).end(writer.bytes())
  }
}
