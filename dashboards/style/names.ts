// Fits the names of VMs and hosts into their panel. A VM name may have 255 characters, and Grafana's table legend gives
// a name up to 600 pixels, so that a long name pushes the values beside it out of the panel.
import type { DataTransformerConfig, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

/** A column of the grid on a laptop's screen of 1366 pixels. */
const columnPixels = 56
/** The mean of Grafana's font at the size of legends. */
const characterPixels = 6.2

/** What a panel needs beside its names, in pixels: padding and the values Last and Max of a legend. */
const legendValuesPixels = 164
const statPaddingPixels = 16

/** Room for a name, by kind of panel. A state timeline and bars give the larger part of their width to the values. */
const roomPixels: Readonly<Record<string, (panelPixels: number) => number>> = {
  timeseries: (pixels) => pixels - legendValuesPixels,
  stat: (pixels) => pixels - statPaddingPixels,
  bargauge: (pixels) => pixels * 0.4,
  'state-timeline': (pixels) => pixels * 0.3,
}

/** Characters for labels other than the host and the VM, such as the reason of an exit. */
const otherLabels = 12
/** A name with fewer characters would not be recognized. */
const leastVm = 10
const leastHost = 7
const partOfVm = 0.6

const vmOnHost = '{{vm}} on {{instance}}'

/**
 * Shortens the names that Grafana shows. The labels keep the full names, which the links use. A VM name loses its middle,
 * because names from Kubernetes and OpenStack differ at the end; a host name loses its end, which is its domain and port.
 */
export function fitNames({ type, gridPos, targets = [] }: Panel): DataTransformerConfig[] {
  const room = roomPixels[type]
  if (room === undefined || gridPos === undefined) return []
  const characters = Math.floor(room(gridPos.w * columnPixels) / characterPixels)
  const legends = targets.map((target) => (target as { legendFormat?: string }).legendFormat ?? '')
  const free = (names: string): number =>
    Math.min(
      ...legends.filter((legend) => legend.includes(names)).map((legend) => characters - fixedLength(legend)),
    )
  const withVm = free(vmOnHost)
  if (Number.isFinite(withVm)) {
    const vm = Math.max(leastVm, Math.floor(withVm * partOfVm))
    return [shortVm(vm), shortHost(Math.max(leastHost, withVm - vm))]
  }
  const host = free('{{instance}}')
  return Number.isFinite(host) ? [shortHost(Math.max(leastHost, host))] : []
}

const fixedLength = (legend: string): number =>
  legend.replaceAll(/\{\{(vm|instance)\}\}/g, '').replaceAll(/\{\{\w+\}\}/g, ' '.repeat(otherLabels)).length

/** Legends end with the names: `quantity: {{vm}} on {{instance}}`. Grafana applies a pattern to each legend once. */
const rename = (regex: string, renamePattern: string): DataTransformerConfig => ({
  id: 'renameByRegex',
  options: { regex, renamePattern },
})
const quantity = '^((?:[^:]+: )?)'

function shortVm(length: number): DataTransformerConfig {
  const start = Math.floor((length - 1) / 2)
  const end = length - 1 - start
  return rename(`${quantity}(.{${start}}).{2,}(.{${end}})( on \\S+)$`, '$1$2…$3$4')
}

const shortHost = (length: number): DataTransformerConfig =>
  rename(`^((?:.* on |[^:]+: )?)(\\S{${length - 1}})\\S{2,}$`, '$1$2…')
