// The page without its data: landmarks that the modules of browser/ fill, by their ids. All addresses are relative, so
// it works behind a proxy that serves it under a path of its own.
import { html } from './html.ts'

export interface ShellContent {
  readonly version: string
  readonly telemetryPath: string
  readonly assetHash: string
}

export function shell({ version, telemetryPath, assetHash }: ShellContent): string {
  const assets = `page/${assetHash}`
  return html`<!doctype html>
<html lang="en" data-version="${version}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kvminfo</title>
<link rel="icon" type="image/svg+xml" href="${assets}/icon.svg">
<link rel="stylesheet" href="${assets}/uplot.css">
<link rel="stylesheet" href="${assets}/page.css">
<script type="module" src="${assets}/app.js"></script>
</head>
<body>
<header>
<h1>kvminfo <span>exporter ${version}</span></h1>
<p id="host-line"></p>
<p id="status" role="status"></p>
<nav><a href=".${telemetryPath}">Metrics</a><a href="-/healthy">Health</a><a href="-/ready">Readiness</a><a href="api/v1/live">JSON</a></nav>
</header>
<noscript><p class="failure">This page needs JavaScript. What it shows is on <a href=".${telemetryPath}">${telemetryPath}</a> too.</p></noscript>
<p id="failure" class="failure" role="alert" hidden></p>
<main>
<section id="host" aria-label="Host"></section>
<details id="sources"><summary></summary></details>
<section id="vms" aria-label="Virtual machines">
<form id="filter" role="search">
<input id="filter-text" type="search" placeholder="Filter: name, UUID, machine, policy, device" aria-label="Filter the virtual machines" autocomplete="off" spellcheck="false">
<span id="filter-classes" role="group" aria-label="Classes to show"></span>
<label id="sort-by">Sort by <select></select></label>
<output id="filter-count"></output>
</form>
<table id="vm-table" role="grid" tabindex="0" aria-label="Virtual machines">
<thead></thead>
<tbody></tbody>
</table>
<p id="empty" hidden><span id="why-empty"></span> <button id="show-all" type="button">Show all</button></p>
</section>
</main>
<footer><p><kbd>/</kbd> filter <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close</p></footer>
<aside id="detail" aria-label="Virtual machine" tabindex="-1" hidden></aside>
</body>
</html>
`
}
