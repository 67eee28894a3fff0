// The page of remediation without its data. The modules in browser/ find its elements by their ids and fill them.
import { frame } from '../../ui/frame.ts'
import { html } from '../../ui/html.ts'

export interface ShellContent {
  readonly version: string
  readonly assetHash: string
}

export function shell({ version, assetHash }: ShellContent): string {
  return frame({
    role: 'remediation',
    version,
    assets: `page/${assetHash}`,
    styles: ['remediate/page/page.css'],
    script: 'remediate/page/browser/app.js',
    links: [
      { text: 'Metrics', address: './metrics' },
      { text: 'Health', address: '-/healthy' },
      { text: 'Readiness', address: '-/ready' },
      { text: 'JSON', address: 'api/v1/runs' },
    ],
    noScript: html`This page needs JavaScript. On the host, <code>kvminfo remediate list</code> shows the same. The same data is at <a href="api/v1/runs">api/v1/runs</a>.`,
    headline: html`<p id="host-line"></p>`,
    main: html`<p id="notice" role="status" tabindex="-1" hidden></p>
<p id="stopped" class="failure" hidden></p>
<section id="guards" aria-label="Guards"></section>
<div id="open"></div>
<section id="history" aria-labelledby="history-title">
<h2 id="history-title">History</h2>
<p id="no-history" class="hint" hidden>No run has ended yet.</p>
<table id="history-table" hidden>
<thead><tr><th scope="col">run</th><th scope="col">ended</th><th scope="col">target</th><th scope="col">action</th><th scope="col">result</th><th scope="col">verdict</th><th scope="col">why</th></tr></thead>
<tbody></tbody>
</table>
<button id="older" type="button" hidden>Show older runs</button>
</section>`,
    footer: html`<p><kbd>Tab</kbd> next <kbd>Enter</kbd> press <kbd>Esc</kbd> close</p>`,
    overlay: html`<aside id="detail" aria-label="Run" tabindex="-1" hidden></aside>
<dialog id="decision" aria-labelledby="decision-title" aria-describedby="decision-text">
<form>
<h2 id="decision-title"></h2>
<p id="decision-text"></p>
<p id="decision-error" class="failure" role="alert" hidden></p>
<div id="token-field">
<label for="token">Approver's token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" maxlength="4096" aria-describedby="token-hint">
<small id="token-hint">Its file is named in the policy under credentials.approver. This page keeps the token in memory until you reload or close it, and stores it nowhere.</small>
</div>
<div class="buttons"><button id="decision-confirm" type="submit" class="primary"></button><button id="decision-cancel" type="button">Cancel</button></div>
</form>
</dialog>`,
  })
}
