// The frame that all pages share: head, title line with status and links, a place for failures, and slots for the page's
// own content. All addresses are relative, so a page also works behind a proxy that serves it under another path.
import { type Html, html } from './html.ts'

interface Link {
  readonly text: string
  readonly address: string
}

export interface FrameContent {
  /** Which program serves the page, such as `exporter`; shown after the name kvminfo. */
  readonly role: string
  readonly version: string
  /** Where the assets are, relative to the page. The paths below are relative to this. */
  readonly assets: string
  /** Paths of the page's style sheets among the assets. They are loaded after the shared ones. */
  readonly styles: readonly string[]
  /** Path of the page's entry module among the assets. */
  readonly script: string
  readonly links: readonly Link[]
  /** Shown if the browser runs no JavaScript. */
  readonly noScript: Html
  /** These are filled by the page's modules, which find the elements by their ids. */
  readonly headline: Html
  readonly main: Html
  readonly footer: Html
  /** Elements over the page, such as a panel at its side. */
  readonly overlay: Html
}

export function frame(content: FrameContent): string {
  const { role, version, assets, styles, script, links, noScript, headline, main, footer, overlay } = content
  return html`<!doctype html>
<html lang="en" data-version="${version}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kvminfo</title>
<link rel="icon" type="image/svg+xml" href="${assets}/ui/icon.svg">
<link rel="stylesheet" href="${assets}/ui/uplot.css">
<link rel="stylesheet" href="${assets}/ui/ui.css">
${styles.map((path) => html`<link rel="stylesheet" href="${assets}/${path}">\n`)}<script type="module" src="${assets}/${script}"></script>
</head>
<body>
<header>
<h1>kvminfo <span>${role} ${version}</span></h1>
${headline}
<p id="status" role="status"></p>
<nav>${links.map(({ text, address }) => html`<a href="${address}">${text}</a>`)}</nav>
</header>
<noscript><p class="failure">${noScript}</p></noscript>
<p id="failure" class="failure" role="alert" hidden></p>
<main>
${main}
</main>
<footer>${footer}</footer>
${overlay}
</body>
</html>
`.toString()
}
