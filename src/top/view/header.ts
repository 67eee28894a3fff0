// The lines above the list: the header figures of the thesis's monitor, and where the figures come from.
import type { Frame, HostFigures } from '../frame/frame.ts'
import type { LinePainter } from '../screen/line.ts'
import type { Style } from '../screen/style.ts'
import { dateTime, percent, short, size, unknown, uptime } from './figures.ts'

export interface HeaderContext {
  readonly width: number
  readonly painter: LinePainter
  readonly showsCpus: boolean
  /** Such as `interval 1 s`, or what a recording plays. */
  readonly pace: string
  /** Lines that the use of each CPU may take. */
  readonly cpuRows: number
}

export function headerLines(frame: Frame, context: HeaderContext): string[] {
  const { host, at } = frame
  const up = host.bootTime === null ? unknown : uptime(at - host.bootTime)
  const lines: Part[][] = [
    [
      ['kvminfo top', 'bold'],
      [` ${host.name}`],
      [`  ${dateTime(at)}  up ${up}`],
      [`  booted ${host.bootTime === null ? unknown : dateTime(host.bootTime)}`],
    ],
    [
      ['Tasks ', 'dim'],
      [`${host.tasks} total, ${host.running} running, ${host.blocked} blocked`],
      ['  VMs ', 'dim'],
      [String(frame.vms.length)],
      ['  Samples ', 'dim'],
      [`${frame.number}, ${context.pace}`],
      ['  HZ ', 'dim'],
      [host.hz === null ? unknown : String(host.hz)],
      ['  Monitor ', 'dim'],
      [`CPU ${percent(host.self.cpu)} %, ${size(host.self.residentBytes)}`],
    ],
    [
      ['CPU% ', 'dim'],
      [`${percent(host.busy)} now, ${percent(host.busyAverage)} average, ${percent(host.busyPeak)} peak, `],
      [`${host.busy === null ? unknown : percent(1 - host.busy)} idle`],
      [`  ${percent(host.busyByTasks)} by tasks`],
      [`  of ${host.cpus ?? unknown} CPUs`],
    ],
    memoryLine(host),
    sourceLine(frame),
  ]
  return [
    ...lines.map((parts) => paint(parts, context)),
    ...(context.showsCpus ? cpuLines(host, context) : []),
  ]
}

type Part = readonly [text: string, style?: Style | undefined]

function paint(parts: readonly Part[], { width, painter }: HeaderContext): string {
  const line = painter.line(width)
  for (const [text, style] of parts) line.add(text, style)
  return line.end()
}

function memoryLine({ memory }: HostFigures): Part[] {
  const { total, free, available, buffers, cached, hugePagesTotal, hugePagesFree, hugePageSize } = memory
  const share = (rest: number | null) =>
    total === null || rest === null ? unknown : `${short(((total - rest) / total) * 100)}%`
  return [
    ['Mem ', 'dim'],
    [`${size(total)} total, ${size(free)} free, ${size(available)} available, `],
    [`${size(buffers)} buffers, ${size(cached)} cached`],
    ['  Used ', 'dim'],
    [`${share(available)} (${share(free)} with cache)`],
    ['  Huge pages ', 'dim'],
    [`${hugePagesTotal ?? unknown} total, ${hugePagesFree ?? unknown} free, of ${size(hugePageSize)}`],
  ]
}

/** A fallback is named in a colour, with the reason. */
function sourceLine({ sources, missing }: Frame): Part[] {
  const parts: Part[] = [['From ', 'dim']]
  for (const { fact, source, reason } of sources) {
    parts.push([`${fact}: `, 'dim'], [source, reason === null ? undefined : 'warning'])
    if (reason !== null) parts.push([' (fallback)', 'warning'])
    parts.push(['  '])
  }
  const why = sources.find(({ reason }) => reason !== null)?.reason
  if (why !== undefined && why !== null) parts.push([why, 'warning'])
  for (const [part, reason] of Object.entries(missing)) parts.push([`  ${part}: ${reason}`, 'warning'])
  return parts
}

const barWidth = 10
const cpuCell = 22

/** As many CPUs as fit into the lines, several on a line. */
function cpuLines({ perCpu }: HostFigures, context: HeaderContext): string[] {
  const perLine = Math.max(1, Math.floor(context.width / cpuCell))
  const rows = Math.min(Math.ceil(perCpu.length / perLine), context.cpuRows)
  return Array.from({ length: rows }, (_, row) => {
    const line = context.painter.line(context.width)
    for (const { cpu, busy } of perCpu.slice(row * perLine, (row + 1) * perLine)) {
      const filled = Math.round((busy ?? 0) * barWidth)
      const style = (busy ?? 0) > 0.9 ? 'bad' : (busy ?? 0) > 0.7 ? 'warning' : 'good'
      line.cell(String(cpu), 3, { align: 'right', style: 'dim' }).add('[')
      line
        .cell('|'.repeat(filled), filled, { style })
        .cell('', barWidth - filled)
        .add(']')
      line.cell(percent(busy), 5, { align: 'right' }).cell('', 2)
    }
    return line.end()
  })
}
