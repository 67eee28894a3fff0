// Capacity: what more fits on each host and for how long, and which VMs are the wrong size.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { tableToHost, tableToVm } from '../links.ts'
import * as capacity from '../queries/capacity.ts'
import { freeInPools } from '../queries/host-memory.ts'
import { cpuBusy5m, memoryAvailableShare } from '../queries/hosts.ts'
import { hostCpuSteps, hostMemorySteps, runDelaySteps } from '../style/judgement-steps.ts'
import { words } from '../style/mappings.ts'
import { stat } from '../style/stat.ts'
import { lowIsBad } from '../style/steps.ts'
import { table } from '../style/table.ts'

/** A week is too short to order a host, a month is enough to plan. */
const daySteps = lowIsBad(7, 30)
const fullSteps = lowIsBad(1, 2)
const sizes = words({ 0: ['fits', 'green'], 1: ['too big', 'blue'], 2: ['too small', 'red'] })

export const whatMoreFits = (): TablePanel =>
  table({
    title: 'What more fits',
    description:
      'Beyond what runs now, near the peak (95th percentile) of the time range: CPUs below the limit, vCPUs as busy near their peak and VMs as big as those that run, memory above the reserve when it was lowest, real-time vCPUs, huge pages.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    sortBy: { name: 'VMs by memory', descending: false },
    columns: [
      { name: 'CPUs', expr: capacity.cpusLeft, unit: units.Short, decimals: 1, steps: lowIsBad(0.5, 1) },
      { name: 'vCPUs by CPU', expr: capacity.vcpusLeft, unit: units.Short, steps: fullSteps },
      { name: 'Memory', expr: capacity.memoryLeft, unit: units.BytesIEC },
      { name: 'VMs by memory', expr: capacity.vmsLeft, unit: units.Short, steps: fullSteps },
      { name: 'Real-time vCPUs', expr: capacity.realtimeLeft, unit: units.Short },
      { name: 'Huge pages free', expr: freeInPools, unit: units.BytesIEC },
    ],
  })

export const daysLeft = (): TablePanel =>
  table({
    title: 'Days left',
    description:
      'If the trend of the time range goes on: until the CPUs are busy above the limit and until memory is down to the reserve. 0: it has come to that. Both as they are now stand beside it.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    noValue: 'no end in sight',
    columns: [
      // Of every host, so that one without any such trend has a row.
      { name: 'CPU busy', expr: cpuBusy5m, unit: units.PercentUnit, decimals: 0, steps: hostCpuSteps },
      { name: 'Days of CPU', expr: capacity.cpuDays, unit: units.NoUnit, decimals: 0, steps: daySteps },
      {
        name: 'Memory available',
        expr: memoryAvailableShare,
        unit: units.PercentUnit,
        decimals: 0,
        steps: hostMemorySteps,
      },
      { name: 'Days of memory', expr: capacity.memoryDays, unit: units.NoUnit, decimals: 0, steps: daySteps },
    ],
  })

export const unused = (): TablePanel =>
  table({
    title: 'Given and not used',
    description:
      'vCPUs that VMs with too many could do without: beyond twice what they use near their peak, and one is left. Memory that VMs do not hold: the host has it now, but any VM may take its own at any time.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    columns: [
      { name: 'vCPUs', expr: capacity.vcpusUnused, unit: units.Short },
      { name: 'Memory', expr: capacity.memoryUnused, unit: units.BytesIEC },
    ],
  })

export const tooSmallStat = (): StatPanel =>
  stat({
    title: 'VMs with too few vCPUs',
    description: 'VMs that use more than four fifths of their vCPUs near their peak.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.cpuSize, 2),
  })

export const tooBigStat = (): StatPanel =>
  stat({
    title: 'VMs with too many vCPUs',
    description: 'VMs that use less than a fifth of their vCPUs near their peak and have more than one.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.cpuSize, 1),
  })

export const tooMuchMemoryStat = (): StatPanel =>
  stat({
    title: 'VMs with too much memory',
    description: 'VMs that hold less than half of the memory they were given.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.memorySize, 1),
  })

export const vmSizes = (): TablePanel =>
  table({
    title: 'VMs by size and use',
    description:
      'CPU use and run delay near the peak of the time range; memory held now. Too little memory shows inside the guest only.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'Used of vCPUs', descending: true },
    columns: [
      { name: 'vCPUs', expr: capacity.vcpuCount, unit: units.Short },
      { name: 'CPUs used', expr: capacity.cpuPeak, unit: units.Short, decimals: 2 },
      { name: 'Used of vCPUs', expr: capacity.cpuShare, unit: units.PercentUnit, decimals: 0 },
      { name: 'CPU verdict', expr: capacity.cpuSize, unit: units.NoUnit, mappings: sizes },
      {
        name: 'Run delay',
        expr: capacity.runDelayPeak,
        unit: units.PercentUnit,
        decimals: 1,
        steps: runDelaySteps,
      },
      { name: 'Memory given', expr: capacity.memoryGiven, unit: units.BytesIEC },
      { name: 'Held of it', expr: capacity.memoryShare, unit: units.PercentUnit, decimals: 0 },
      { name: 'Memory verdict', expr: capacity.memorySize, unit: units.NoUnit, mappings: sizes },
    ],
  })
