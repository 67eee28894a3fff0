// The live page without its data. The modules in browser/ find its elements by their ids and fill them.
import { frame } from '../ui/frame.ts'
import { html } from '../ui/html.ts'

export interface ShellContent {
  readonly version: string
  readonly telemetryPath: string
  readonly assetHash: string
}

export function shell({ version, telemetryPath, assetHash }: ShellContent): string {
  return frame({
    role: 'exporter',
    version,
    assets: `page/${assetHash}`,
    styles: ['page/page.css'],
    script: 'page/browser/app.js',
    links: [
      { text: 'Metrics', address: `.${telemetryPath}` },
      { text: 'Health', address: '-/healthy' },
      { text: 'Readiness', address: '-/ready' },
      { text: 'JSON', address: 'api/v1/live' },
    ],
    noScript: html`This page needs JavaScript. The same data is at <a href=".${telemetryPath}">${telemetryPath}</a>.`,
    headline: html`<p id="host-line"></p>`,
    main: html`<section id="host" aria-label="Host"></section>
<details id="sources"><summary></summary></details>
<section id="vms" aria-label="Virtual machines">
<form id="filter" role="search">
<input id="filter-text" type="search" placeholder="Filter by name, UUID, machine, policy, device" aria-label="Filter virtual machines" autocomplete="off" spellcheck="false">
<span id="filter-classes" role="group" aria-label="Classes to show"></span>
<label id="sort-by">Sort by <select></select></label>
<output id="filter-count"></output>
</form>
<table id="vm-table" role="grid" tabindex="0" aria-label="Virtual machines">
<thead></thead>
<tbody></tbody>
</table>
<p id="empty" hidden><span id="why-empty"></span> <button id="show-all" type="button">Show all</button></p>
</section>`,
    footer: html`<p><kbd>/</kbd> filter <kbd>↑</kbd> <kbd>↓</kbd> select <kbd>Enter</kbd> open <kbd>Esc</kbd> close</p>`,
    overlay: html`<aside id="detail" aria-label="Virtual machine" tabindex="-1" hidden></aside>`,
  })
}
