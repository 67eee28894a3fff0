// The style of the report: for a screen and for paper. All colours have a contrast of at least 4.5 to white, and none
// carries a meaning alone: lines also differ by dashes, areas by patterns of lightness and a legend in their order.

export const stylesheet = `
:root { --text: #17212b; --soft: #4d5967; --line: #d5dce3; --accent: #0b63c5; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem 1.5rem 3rem; max-width: 84rem; font: .9rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; color: var(--text); background: #fff; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.02em; }
h2 { margin: 2.2rem 0 .4rem; padding-top: .6rem; border-top: 2px solid var(--text); font-size: 1.2rem; }
h3 { margin: 1.4rem 0 .2rem; font-size: 1rem; overflow-wrap: anywhere; }
header p { margin: .2rem 0; color: var(--soft); }
p { margin: .35rem 0; max-width: 62rem; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .5rem 0 0; padding: 0; list-style: none; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(32rem, 100%), 1fr)); gap: 1rem 1.4rem; }
figure { margin: .5rem 0; min-width: 0; }
figcaption { font-weight: 600; }
figure p { color: var(--soft); font-size: .82rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #17212b; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .82rem; }
caption { padding: .2rem 0; text-align: left; font-weight: 600; }
th, td { padding: .22rem .8rem .22rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; max-width: 26rem; overflow-wrap: anywhere; }
thead th { overflow-wrap: normal; }
tbody th { min-width: 5rem; }
td { min-width: 3rem; }
thead th { border-top: 0; font-weight: 600; color: var(--soft); }
.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
thead .number { white-space: normal; }
summary { cursor: pointer; color: var(--accent); }
details { margin: .3rem 0; }
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  body { max-width: none; padding: 0; font-size: 8.5pt; }
  nav { display: none; }
  h2, h3, figcaption, caption { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
}
`
