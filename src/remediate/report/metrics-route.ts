// GET /metrics of remediation.
import type { RequestHandler } from 'express'
import { ByteWriter } from '../../exposition/byte-writer.ts'
import { Exposition } from '../../exposition/exposition.ts'
import { negotiateFormat } from '../../exposition/negotiation.ts'
import { renderLabels } from '../../metrics/labels.ts'
import type { Metric } from '../../metrics/metric.ts'
import { remediationMetrics as metrics } from '../../metrics/remediation.ts'
import { verdictNames } from '../../model/remediation.ts'
import type { IntakeCounts } from '../intake/webhook-route.ts'
import type { RunFigures } from './run-figures.ts'

export interface MetricsOptions {
  readonly version: string
  readonly intake: Readonly<IntakeCounts>
  readonly figures: () => RunFigures
  readonly isActuatorUp: () => Promise<boolean>
  readonly overdueLeases: () => number
  readonly isStopped: () => boolean
  readonly isPolicyValid: () => boolean
  readonly isJournalWritable: () => boolean
  readonly isJournalIntact: () => boolean
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

export function createRemediationMetrics(options: MetricsOptions): RequestHandler {
  return async (request, response) => {
    const isActuatorUp = await options.isActuatorUp()
    const format = negotiateFormat(request)
    const writer = new ByteWriter()
    const exposition = new Exposition(format, writer)
    for (const [metric, samples] of samplesOf(options, isActuatorUp)) {
      exposition.family(metric)
      for (const [labels, value] of samples) exposition.sample(renderLabels(labels), value)
    }
    exposition.end()
    response.set({ 'Content-Type': format.contentType, 'Cache-Control': 'no-store' }).end(writer.bytes())
  }
}

function samplesOf(
  options: MetricsOptions,
  isActuatorUp: boolean,
): readonly (readonly [Metric, readonly Sample[]])[] {
  const { version, intake, figures, overdueLeases } = options
  const { states, changes, verdicts, present, overdue, leases, isStorm } = figures()
  const one = (value: number | boolean): readonly Sample[] => [[{}, Number(value)]]
  return [
    [metrics.buildInfo, [[{ version }, 1]]],
    [metrics.requests, one(intake.requests)],
    [metrics.refusedRequests, one(intake.refused)],
    [metrics.alerts, one(intake.alerts)],
    [metrics.runs, states.map(({ action, state, count }) => [{ action, state }, count])],
    [
      metrics.runInfo,
      present.map(({ id, action, vm, device = '', state, verdict = '' }) => [
        { run: String(id), action, vm: vm?.label ?? '', device, state, verdict },
        1,
      ]),
    ],
    [metrics.changes, changes.map(({ action, count }) => [{ action }, count])],
    [
      metrics.verdicts,
      [
        // So that a rate of false positives is 0, and not absent, from the first placebo run on.
        ...verdictNames
          .filter((name) => !verdicts.some((one) => one.action === 'placebo' && one.verdict === name))
          .map((verdict): Sample => [{ action: 'placebo', verdict }, 0]),
        ...verdicts.map(({ action, verdict, count }): Sample => [{ action, verdict }, count]),
      ],
    ],
    [metrics.overdueRuns, one(overdue)],
    [
      metrics.leaseLeft,
      leases.map(({ run, seconds }) => [{ run: String(run.id), vm: run.vm?.label ?? '' }, seconds]),
    ],
    [metrics.overdueLeases, one(overdueLeases())],
    [metrics.actuatorUp, one(isActuatorUp)],
    [metrics.storm, one(isStorm)],
    [metrics.stopped, one(options.isStopped())],
    [metrics.policyValid, one(options.isPolicyValid())],
    [metrics.journalWritable, one(options.isJournalWritable())],
    [metrics.journalIntact, one(options.isJournalIntact())],
  ]
}
