// One VM alone: its figures, vCPU threads, exits by reason, devices and hardware.
import type { VcpuFigures, VmDetail, VmFigures, WaitFigures } from '../frame/frame.ts'
import type { LinePainter } from '../screen/line.ts'
import { type Column, numberColumn, textColumn } from './column.ts'
import { percent, rate, short, unknown, whole } from './figures.ts'
import { layOut, rowLine, titleLine } from './table.ts'
import { vmColumns } from './vm-columns.ts'

const perSecond = (value: number | null): string => (value === null ? unknown : short(value))

const vcpuColumns: readonly Column<VcpuFigures>[] = [
  numberColumn({ id: 'id', title: 'VCPU', hint: '', width: 4, value: ({ id }) => id, format: whole }),
  numberColumn({ id: 'tid', title: 'TID', hint: '', width: 7, value: ({ tid }) => tid, format: whole }),
  numberColumn({ id: 'on', title: 'ON', hint: '', width: 3, value: (one) => one.lastCpu, format: whole }),
  textColumn({ id: 'policy', title: 'POLICY', hint: '', width: 8, value: ({ policy }) => policy }),
  numberColumn({
    id: 'prio',
    title: 'PRIO',
    hint: '',
    width: 4,
    value: (one) => one.rtPriority ?? one.nice,
    format: whole,
  }),
  numberColumn({ id: 'cpu', title: 'CPU%', hint: '', width: 5, value: ({ cpu }) => cpu, format: percent }),
  numberColumn({
    id: 'delay',
    title: 'DELAY%',
    hint: '',
    width: 6,
    value: ({ runDelay }) => runDelay,
    format: percent,
  }),
  numberColumn({
    id: 'exits',
    title: 'EXITS/s',
    hint: '',
    width: 7,
    value: (one) => one.exits,
    format: rate,
  }),
  numberColumn({
    id: 'qemu',
    title: 'QEMU/s',
    hint: '',
    width: 7,
    value: (one) => one.userspaceSwitches,
    format: rate,
  }),
  numberColumn({
    id: 'wait',
    title: 'WAIT',
    hint: '',
    width: 5,
    value: (one) => one.userspaceWait,
    format: perSecond,
  }),
]

const unsorted = { id: '', isDescending: true }

export function vmLines(vm: VmFigures, detail: VmDetail, width: number, painter: LinePainter): string[] {
  const text = (content: string, style?: 'bold' | 'dim') => painter.line(width).add(content, style).end()
  const vcpus = { columns: vcpuColumns, sort: unsorted, columnOffset: 0, width, painter }
  const layout = layOut(vcpus)
  const over = detail.mixSeconds === null ? '' : `, over ${detail.mixSeconds.toFixed(0)} s`
  return [
    text(vm.label, 'bold'),
    ...figureLines(vm, width, painter),
    '',
    titleLine(vcpus, layout),
    ...detail.threads.map((vcpu) => rowLine(vcpus, layout, vcpu, { isSelected: false })),
    '',
    ...waitLines(`Handed to QEMU, by device${over}`, detail.devices),
    ...waitLines(`Handed to QEMU, by reason${over}`, detail.userspaceReasons),
    ...waitLines(`All exits, by reason${over}`, detail.reasons),
    text('Devices', 'bold'),
    ...detail.hardware.map((line) => text(`  ${line}`)),
  ]

  function waitLines(title: string, waits: readonly WaitFigures[] | null): string[] {
    const head = painter.line(width).cell(title, 44, { style: 'bold' }).cell('per s', 8, { align: 'right' })
    head.cell('wait, s/s', 11, { align: 'right' })
    if (waits === null) return [text(title, 'bold'), text('  not counted by the source', 'dim'), '']
    const lines = waits.map(({ name, perSecond: often, wait }) =>
      painter
        .line(width)
        .cell(`  ${name}`, 44)
        .cell(rate(often), 8, { align: 'right' })
        .cell(wait === null ? '' : wait.toFixed(4), 11, { align: 'right' })
        .end(),
    )
    return [head.end(), ...(lines.length === 0 ? [text('  none', 'dim')] : lines), '']
  }
}

const pairWidth = 30

/** All columns of the list of VMs, as pairs of title and figure. */
function figureLines(vm: VmFigures, width: number, painter: LinePainter): string[] {
  const columns = vmColumns.filter(({ id }) => id !== 'name')
  const perLine = Math.max(1, Math.floor(width / pairWidth))
  const lines: string[] = []
  for (let at = 0; at < columns.length; at += perLine) {
    const line = painter.line(width)
    for (const column of columns.slice(at, at + perLine)) {
      line
        .cell(column.title, 8, { style: 'dim' })
        .cell(column.show(vm), pairWidth - 9, { style: column.style?.(vm) })
      line.cell('', 1)
    }
    lines.push(line.end())
  }
  return lines
}
