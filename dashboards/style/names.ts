// Fits the names of VMs and hosts into their panel. A VM name may have 255 characters, and Grafana's table legend gives
// a name up to 600 pixels, so that a long name pushes the values beside it out of the panel.
import type { DataTransformerConfig, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

/** The width of a column of the grid on a laptop's screen of 1366 pixels. */
export const gridColumnPixels = 56
/** The mean width of a character of a legend in Grafana's font is 6.2; some more for names of wide characters. */
const characterPixels = 6.5

/** Pixels for names, by kind of panel and by the pixels of the panel. */
const roomForNames: Readonly<Record<string, (panelPixels: number) => number>> = {
  // The rest is for padding, the colour and two values such as "10.2K ops/s".
  timeseries: (pixels) => pixels - 200,
  // The rest is for padding and one value.
  stat: (pixels) => pixels - 76,
  // Grafana itself gives a name no more than this.
  bargauge: (pixels) => pixels * 0.4,
  // The rest is for the states.
  'state-timeline': (pixels) => pixels * 0.4,
}

/** Characters for each label other than the host and the VM, such as the reason of an exit. */
const otherLabel = 12
/** Fewer characters would not be recognized. */
const leastVm = 10
const leastHost = 7
const vmPart = 0.6

const vmOnHost = '{{vm}} on {{instance}}'

/**
 * Shortens the names that Grafana shows; the labels, and with them the links, keep the full names. Legends end with the
 * names: `quantity: {{vm}} on {{instance}}` or `quantity: {{instance}}`.
 */
export function fitNames({ type, gridPos, targets = [] }: Panel): DataTransformerConfig[] {
  const room = roomForNames[type]
  if (room === undefined || gridPos === undefined) return []
  const characters = Math.floor(room(gridPos.w * gridColumnPixels) / characterPixels)
  const legends = targets.map((target) => (target as { legendFormat?: string }).legendFormat ?? '')
  const rooms = (names: string): number[] =>
    legends.filter((legend) => legend.endsWith(names)).map((legend) => characters - fixedLength(legend))
  const withVm = rooms(vmOnHost)
  if (withVm.length > 0) {
    const free = Math.min(...withVm)
    const vm = Math.max(leastVm, Math.floor(free * vmPart))
    return [shortVm(vm), ...shortHost(Math.max(leastHost, free - vm))]
  }
  const withHost = rooms('{{instance}}')
  return withHost.length > 0 ? shortHost(Math.max(leastHost, Math.min(...withHost))) : []
}

const fixedLength = (legend: string): number =>
  legend.replaceAll(/\{\{(vm|instance)\}\}/g, '').replaceAll(/\{\{\w+\}\}/g, ' '.repeat(otherLabel)).length

/** Grafana keeps one RegExp for all series, so a pattern must not have the flag g. */
const rename = (regex: string, renamePattern: string): DataTransformerConfig => ({
  id: 'renameByRegex',
  options: { regex, renamePattern },
})

/** Cuts out the middle of a text of more than `length` characters, because names often differ at their end only. */
const cut = (character: string, length: number): string =>
  `(${character}{${Math.ceil((length - 1) / 2)}})${character}{2,}(${character}{${Math.floor((length - 1) / 2)}})`

/** What precedes the name of a VM. Without the second part the pattern could take the quantity for part of a name. */
const quantity = '^([^:]+: |(?![^:]+: ))'

const shortVm = (length: number): DataTransformerConfig =>
  rename(`${quantity}${cut('.', length)}( on \\S+)$`, '$1$2…$3$4')

const beforeHost = '^((?:.* on |[^:]+: )?)'

/** First leaves out the domain and the port, then the middle. An address of numbers has no domain. */
const shortHost = (length: number): DataTransformerConfig[] => [
  rename(`${beforeHost}(?=\\S{${length + 1}})([^\\s.:]*[a-z][^\\s.:]*)[.:]\\S+$`, '$1$2…'),
  rename(`${beforeHost}${cut('\\S', length)}$`, '$1$2…$3'),
]
