// Capacity: what else fits on each host, when it will be full, and which VMs are the wrong size.
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

/** A week is too short to order a host. A month is enough to plan. */
const daySteps = lowIsBad(7, 30)
const noHost = 'no data: no exporter was reached'
const fullSteps = lowIsBad(1, 2)
const sizes = words({ 0: ['fits', 'green'], 1: ['too big', 'blue'], 2: ['too small', 'red'] })

export const whatElseFits = (): TablePanel =>
  table({
    title: 'What else fits',
    description:
      'What the host can take in addition to its present VMs. CPUs: below the CPU limit, near the peak (95th percentile) of the time range. vCPUs by CPU: as busy near their peak as the present ones. Memory: above the reserve, when available memory was lowest. VMs by memory: of the mean size of the present ones. Real-time vCPUs: below the limit on their density. Red: nothing fits.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    sortBy: { name: 'VMs by memory', descending: false },
    empty: noHost,
    columns: [
      { name: 'CPUs', expr: capacity.cpusLeft, unit: units.Short, decimals: 1, steps: lowIsBad(0.5, 1) },
      { name: 'vCPUs by CPU', expr: capacity.vcpusLeft, unit: units.Short, steps: fullSteps },
      { name: 'Memory', expr: capacity.memoryLeft, unit: units.BytesIEC },
      { name: 'VMs by memory', expr: capacity.vmsLeft, unit: units.Short, steps: fullSteps },
      { name: 'Real-time vCPUs', expr: capacity.realtimeLeft, unit: units.Short },
      { name: 'Free huge pages', expr: freeInPools, unit: units.BytesIEC },
    ],
  })

export const daysLeft = (): TablePanel =>
  table({
    title: 'Days left',
    description:
      'Days until CPU use reaches the limit and until available memory falls to the reserve, if the trend of the time range continues, with the present values beside them. 0: this has already happened. Order or move early: red is less than a week, yellow less than a month.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    empty: noHost,
    noValue: 'not filling up',
    columns: [
      // Every host has this value, so a host without a trend still has a row.
      { name: 'CPU busy', expr: cpuBusy5m, unit: units.PercentUnit, decimals: 0, steps: hostCpuSteps },
      { name: 'CPU days left', expr: capacity.cpuDays, unit: units.NoUnit, decimals: 0, steps: daySteps },
      {
        name: 'Memory available',
        expr: memoryAvailableShare,
        unit: units.PercentUnit,
        decimals: 0,
        steps: hostMemorySteps,
      },
      {
        name: 'Memory days left',
        expr: capacity.memoryDays,
        unit: units.NoUnit,
        decimals: 0,
        steps: daySteps,
      },
    ],
  })

export const unused = (): TablePanel =>
  table({
    title: 'Given but unused',
    description:
      'vCPUs: those beyond twice what a VM uses near its peak, of VMs with too many vCPUs; each keeps at least one. Memory: what VMs were given but do not hold. The host can use it now, but a VM may claim its part at any time.',
    labels: { instance: 'Host' },
    links: { Host: tableToHost },
    empty: 'no data: no running VM',
    columns: [
      { name: 'vCPUs', expr: capacity.vcpusUnused, unit: units.Short },
      { name: 'Memory', expr: capacity.memoryUnused, unit: units.BytesIEC },
    ],
  })

export const tooSmallStat = (): StatPanel =>
  stat({
    title: 'VMs with too few vCPUs',
    description: 'VMs that use more than 80 % of their vCPUs near their peak. Give them more vCPUs.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.cpuSize, 2),
  })

export const tooBigStat = (): StatPanel =>
  stat({
    title: 'VMs with too many vCPUs',
    description:
      'VMs with more than one vCPU that use less than 20 % of their vCPUs near their peak. They can do with fewer.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.cpuSize, 1),
  })

export const tooMuchMemoryStat = (): StatPanel =>
  stat({
    title: 'VMs with too much memory',
    description: 'VMs that hold less than half of the memory that they were given. They can do with less.',
    unit: units.Short,
    expr: capacity.vmsOfSize(capacity.memorySize, 1),
  })

export const vmSizes = (): TablePanel =>
  table({
    title: 'VMs by size and use',
    description:
      'CPU use and run delay near the peak (95th percentile) of the time range, and the memory held now, as a share of the memory given. Too little memory is visible only inside the guest.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'vCPU use', descending: true },
    empty: 'no data: no running VM',
    columns: [
      { name: 'vCPUs', expr: capacity.vcpuCount, unit: units.Short },
      { name: 'CPUs used', expr: capacity.cpuPeak, unit: units.Short, decimals: 2 },
      { name: 'vCPU use', expr: capacity.cpuShare, unit: units.PercentUnit, decimals: 0 },
      { name: 'CPU size', expr: capacity.cpuSize, unit: units.NoUnit, mappings: sizes },
      {
        name: 'Run delay',
        expr: capacity.runDelayPeak,
        unit: units.PercentUnit,
        decimals: 1,
        steps: runDelaySteps,
      },
      { name: 'Memory given', expr: capacity.memoryGiven, unit: units.BytesIEC },
      { name: 'Memory held', expr: capacity.memoryShare, unit: units.PercentUnit, decimals: 0 },
      { name: 'Memory size', expr: capacity.memorySize, unit: units.NoUnit, mappings: sizes },
    ],
  })
