// Density, head-room and trends of the hosts.
import type { HostReport, Report, Trend } from '../document.ts'
import { bytesText, countText, dateText, numberText, percentText } from '../format.ts'
import { classText } from './classes.ts'
import { type Figure, number, type Section, type Table } from './section.ts'
import { trendText } from './trend-text.ts'

const day = 86_400_000

export function hostsSection(report: Report): Section {
  const { hosts } = report
  return {
    id: 'hosts',
    title: 'Hosts',
    texts: [
      'Head-room is what is left for more VMs: CPUs below the limit when the host is near its peak, memory that is not given to a guest, above the reserve. Below 0, the host has given away more than it has.',
    ],
    figures: [],
    tables: [densityTable(hosts), trendTable(hosts)],
    sections: hosts.map((host, index) => hostSection(host, index, report)),
  }
}

function densityTable(hosts: readonly HostReport[]): Table {
  return {
    id: 'hosts',
    caption: 'Density and head-room',
    columns: [
      { name: 'host' },
      ...[
        'VMs',
        'vCPUs',
        'CPUs',
        'vCPUs per CPU',
        'CPU busy, mean',
        'CPU busy, p95',
        'run delay, p95',
        'memory given',
        'memory available, lowest',
        'CPUs left',
        'memory left',
        'huge pages left',
        'real-time vCPUs left',
      ].map((name) => ({ name, isNumber: true })),
    ],
    rows: hosts.map((host) => [
      host.name,
      number(host.vms, String),
      number(host.vcpus, String),
      number(host.cpus, String),
      number(host.vcpusPerCpu, numberText),
      number(host.busy?.mean ?? null, percentText),
      number(host.busy?.p95 ?? null, percentText),
      number(host.runDelay?.p95 ?? null, percentText),
      number(host.memory?.commitment ?? null, percentText),
      number(host.memory?.availableMin ?? null, bytesText),
      number(host.headRoom.cpus, numberText),
      number(host.headRoom.memory, bytesText),
      number(host.headRoom.hugePages, bytesText),
      number(host.headRoom.realtimeVcpus, String),
    ]),
    empty: 'There is no host.',
  }
}

function trendTable(hosts: readonly HostReport[]): Table {
  const rows = hosts
    .filter(({ isCurrent }) => isCurrent)
    .flatMap(({ name, trends: { cpu, memory, hugePages } }) => [
      trendRow(name, 'CPU', cpu, percentText),
      trendRow(name, 'memory', memory, bytesText),
      ...(hugePages === null ? [] : [trendRow(name, 'huge pages', hugePages, bytesText)]),
    ])
  return {
    id: 'trends',
    caption: 'Trends, and when a limit is reached',
    columns: [
      { name: 'host' },
      { name: 'resource' },
      { name: 'now', isNumber: true },
      { name: 'limit', isNumber: true },
      { name: 'days left', isNumber: true },
      { name: 'at least', isNumber: true },
      { name: 'at most', isNumber: true },
      { name: 'trend' },
    ],
    rows,
    empty: 'No host has data of the last day.',
  }
}

function trendRow(host: string, resource: string, trend: Trend, text: (value: number) => string) {
  const rounded = (value: number) => numberText(Math.round(value))
  return [
    host,
    resource,
    number(trend.level ?? null, text),
    number(Number.isNaN(trend.limit) ? null : trend.limit, text),
    number(trend.outcome === 'reached' ? 0 : (trend.days ?? null), rounded),
    number(trend.daysLow ?? null, rounded),
    number(trend.daysHigh ?? null, rounded),
    trendText(trend, text),
  ]
}

function hostSection(host: HostReport, index: number, report: Report): Section {
  const texts = [
    `${countText(host.vms, 'VM')}: ${classText(host.classes)}. ${[host.cpuModel, host.kernel && `Linux ${host.kernel}`].filter(Boolean).join(', ')}`.trim(),
  ]
  if (!host.isCurrent)
    texts.push(`Prometheus has no data of this host since ${host.lastSeen ?? 'the beginning'}.`)
  if (host.findings.length > 0) {
    const list = host.findings.map(({ finding, severity }) => `${finding} (${severity})`).join(', ')
    texts.push(`kvminfo doctor finds: ${list}.`)
  }
  const figures: Figure[] = [cpuFigure(host, report), memoryFigure(host, report)]
  if (host.hugePages !== null) figures.push(hugePagesFigure(host, report))
  return { id: `host-${index + 1}`, title: host.name, texts, figures, tables: [] }
}

function cpuFigure({ days, trends: { cpu }, isCurrent }: HostReport, report: Report): Figure {
  return {
    title: 'CPU',
    description: `Busy share of the CPUs by day: mean, and 95th percentile. ${isCurrent ? `The limit of ${percentText(cpu.limit)}: ${trendText(cpu, percentText)}.` : ''}`,
    plot: {
      kind: 'lines',
      lines: [
        { name: 'p95', style: 'solid', points: days.map(({ time, busyP95 }) => at(time, busyP95)) },
        { name: 'mean', style: 'dotted', points: days.map(({ time, busyMean }) => at(time, busyMean)) },
      ],
      limit: { name: 'limit', value: cpu.limit },
      trend: trendLine(cpu, report),
      text: percentText,
    },
    table: {
      caption: 'CPU by day',
      columns: [
        { name: 'day' },
        { name: 'mean', isNumber: true },
        { name: 'p95', isNumber: true },
        { name: 'run delay, p95', isNumber: true },
      ],
      rows: days.map(({ time, busyMean, busyP95, runDelay }) => [
        dateText(time),
        number(busyMean, percentText),
        number(busyP95, percentText),
        number(runDelay, percentText),
      ]),
      empty: 'The range is shorter than a day.',
    },
  }
}

function memoryFigure({ days, trends: { memory }, isCurrent }: HostReport, report: Report): Figure {
  const hasLimit = !Number.isNaN(memory.limit)
  return {
    title: 'Available memory',
    description: `Lowest available memory of each day. ${isCurrent && hasLimit ? `The reserve of ${bytesText(memory.limit)}: ${trendText(memory, bytesText)}.` : ''}`,
    plot: {
      kind: 'lines',
      lines: [
        {
          name: 'lowest',
          style: 'solid',
          points: days.map(({ time, availableMin }) => at(time, availableMin)),
        },
      ],
      limit: hasLimit ? { name: 'reserve', value: memory.limit } : undefined,
      trend: trendLine(memory, report),
      text: bytesText,
    },
    table: oneColumn(
      'Available memory by day',
      'lowest',
      days.map(({ time, availableMin }) => [time, availableMin]),
    ),
  }
}

function hugePagesFigure({ days, trends: { hugePages } }: HostReport, report: Report): Figure {
  return {
    title: 'Free huge pages',
    description: `Fewest free huge pages of each day, in bytes. ${trendText(hugePages!, bytesText)}.`,
    plot: {
      kind: 'lines',
      lines: [
        {
          name: 'fewest',
          style: 'solid',
          points: days.map(({ time, hugePagesFreeMin }) => at(time, hugePagesFreeMin)),
        },
      ],
      limit: { name: 'none left', value: 0 },
      trend: trendLine(hugePages!, report),
      text: bytesText,
    },
    table: oneColumn(
      'Free huge pages by day',
      'fewest',
      days.map(({ time, hugePagesFreeMin }) => [time, hugePagesFreeMin]),
    ),
  }
}

const at = (time: string, value: number | null) => ({ time: Date.parse(time), value })

const oneColumn = (
  caption: string,
  name: string,
  values: readonly (readonly [string, number | null])[],
): Table => ({
  caption,
  columns: [{ name: 'day' }, { name, isNumber: true }],
  rows: values.map(([time, value]) => [dateText(time), number(value, bytesText)]),
  empty: 'The range is shorter than a day.',
})

/** From the beginning of the range to the limit, but no further than half of the range beyond its end. */
function trendLine(trend: Trend, { range }: Report): { time: number; value: number }[] {
  const { level, slope, outcome } = trend
  if (level === undefined || slope === undefined || outcome === 'unclear') return []
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)]
  const beyond = (to - from) / day / 2
  const ahead = outcome === 'expected' ? Math.min(trend.days!, beyond) : 0
  return [
    { time: from, value: level - slope * ((to - from) / day) },
    { time: to + ahead * day, value: level + slope * ahead },
  ]
}
