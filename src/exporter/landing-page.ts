// The page at `/`: what this program sees of its host, where from, and what would let it see more.
import type { Fact, SourceState } from '../model/sources.ts'
import type { Vm } from '../model/vm.ts'
import { type Html, html, nothing } from './html.ts'

export interface LandingPageContent {
  readonly version: string
  readonly telemetryPath: string
  readonly stylesheetPath: string
  /** Undefined where they could not be had: then `failure` says why. */
  readonly vms: readonly Vm[] | undefined
  readonly sources: readonly SourceState[]
  readonly failure: string | undefined
}

/** Enough to see what is running; all are on /metrics. */
const maxVmRows = 50

const factTitles: Readonly<Record<Fact, string>> = {
  exits: 'Exits and switches',
  threads: 'Scheduling of vCPU threads',
  identity: 'Names and devices',
}

const stateTitles: Readonly<Record<SourceState['state'], string>> = {
  'in-use': 'in use',
  standby: 'standby',
  unavailable: 'not available',
}

export function landingPage(content: LandingPageContent): string {
  const { version, telemetryPath, stylesheetPath, vms, sources, failure } = content
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kvminfo exporter</title>
<link rel="stylesheet" href="${stylesheetPath}">
</head>
<body>
<header>
<h1>kvminfo <span>exporter ${version}</span></h1>
<p>Where the exits of each KVM virtual machine end, inside KVM or out in QEMU, and how the host schedules it.</p>
<nav><a class="primary" href="${telemetryPath}">Metrics</a><a href="/-/healthy">Health</a><a href="/-/ready">Readiness</a></nav>
</header>
<main>
${failure === undefined ? nothing : html`<p class="failure">${failure}</p>`}
${vms === undefined ? nothing : vmSection(vms)}
${sources.length === 0 ? nothing : sourceSection(sources)}
</main>
</body>
</html>
`
  return page.text
}

function vmSection(vms: readonly Vm[]): Html {
  const vcpus = vms.reduce((sum, vm) => sum + vm.vcpus.length, 0)
  const hidden = vms.length - maxVmRows
  return html`<section>
<h2>Virtual machines</h2>
<p class="figures"><b>${vms.length}</b> running <b>${vcpus}</b> vCPUs</p>
${vms.length === 0 ? html`<p>No process on this host runs a KVM guest at the moment.</p>` : vmTable(vms.slice(0, maxVmRows))}
${hidden > 0 ? html`<p class="more">and ${hidden} more, all on <code>/metrics</code></p>` : nothing}
</section>`
}

function vmTable(vms: readonly Vm[]): Html {
  const rows = vms.map(
    (vm) => html`<tr><th scope="row">${vm.label}</th><td class="number" data-title="pid">${vm.pid}</td>
<td class="number" data-title="vCPUs">${vm.vcpus.length}</td><td data-title="machine">${vm.machine ?? '–'}</td></tr>
`,
  )
  return html`<table>
<thead><tr><th scope="col">name</th><th scope="col" class="number">pid</th><th scope="col" class="number">vCPUs</th><th scope="col">machine</th></tr></thead>
<tbody>
${rows}</tbody></table>`
}

function sourceSection(sources: readonly SourceState[]): Html {
  return html`<section>
<h2>Sources</h2>
<p>What each fact is read from, the best source first.</p>
<table>
<thead><tr><th scope="col">fact</th><th scope="col">source</th><th scope="col">state</th><th scope="col">what would make it available</th></tr></thead>
<tbody>
${sources.map((source, index) => sourceRow(source, wouldHelp(source, sources.slice(0, index))))}</tbody></table>
</section>`
}

/** Whether this source would tell more: it is not to be had, and no better one of its fact is in use. */
function wouldHelp({ fact, state }: SourceState, better: readonly SourceState[]): boolean {
  return state === 'unavailable' && !better.some((other) => other.fact === fact && other.state === 'in-use')
}

function sourceRow({ fact, source, state, reason, remedy }: SourceState, helps: boolean): Html {
  const isBold = state === 'in-use' || helps
  return html`<tr><th scope="row">${factTitles[fact]}</th><td class="name" data-title="source">${source}</td>
<td data-title="state"><span class="state${isBold ? ` ${state}` : ''}">${stateTitles[state]}</span></td>
<td class="remedy">${helps && remedy !== undefined ? html`<code>${remedy}</code>` : nothing}${reason === undefined ? nothing : html`<small>${reason}</small>`}</td></tr>
`
}
