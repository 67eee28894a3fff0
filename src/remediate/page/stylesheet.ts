// Styles of the page of remediation only: guards, cards of open runs, history, panel of a run, dialog. The shared styles are
// in src/ui/stylesheet.ts.

export const stylesheet = `#host-line { flex: 1 1 10rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
main { overflow-wrap: anywhere; }
main h2 { margin: 1.4rem 0 .5rem; font-size: 1rem; font-weight: 600; }
.tile h2 { margin: 0; }
h3 { margin: .9rem 0 .2rem; font-size: .82rem; font-weight: 600; }
.soft { color: var(--soft); }
.hint { margin: 0; padding: 1rem; border: 1px dashed var(--line); border-radius: .5rem; color: var(--soft); }

button:not(.link, .close) {
  padding: .3rem .9rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--text); background: var(--card); cursor: pointer;
}
button:not(.link, .close):hover { background: var(--hover); }
button.primary, button.primary:not(.link):hover { border-color: var(--accent); color: var(--page); background: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
button.danger:not(.link) { border-color: currentColor; color: var(--bad); }
button.link { padding: 0; border: 0; background: none; color: var(--accent); text-decoration: underline; cursor: pointer; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
.buttons:empty { display: none; }

#notice { margin: 0 0 .8rem; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); }
#notice.failure { background: var(--bad-back); }
#notice:focus-visible { outline-offset: -2px; }

#guards { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: .6rem; }
#guards .tile button { margin-top: .3rem; padding: .3rem .4rem; white-space: nowrap; }
.tile.asks { border-color: var(--accent); }
.tile.asks > b { color: var(--accent); }
.tile.is-set { border-color: var(--bad); background: var(--bad-back); }
.tile.is-set > b { color: var(--bad); }
#open > .hint { margin-top: .6rem; }
#quarantines { margin-top: .6rem; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
#quarantines summary { color: var(--soft); cursor: pointer; }
#quarantines ul { margin: .3rem 0 0; padding-left: 1.2rem; }

.cards { display: grid; gap: .6rem; }
.card { min-width: 0; padding: .7rem .9rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
#pending .card { border-left: 3px solid var(--accent); }
.card-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .8rem; }
.card-head h3 { margin: 0; min-width: 0; font-size: 1rem; font-weight: 400; }
.why { margin: .3rem 0 0; }
.why:empty { display: none; }
.card .failure { margin: .5rem 0 0; }
.card-body { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2rem; margin-top: .5rem; }
.card-foot { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .8rem; }
.plan > p { margin: 0; }
.plan table:not(.u-legend), .rest table:not(.u-legend) { width: 100%; }
.side > .facts { margin-top: .5rem; }
.facts { display: block; margin: 0 0 .6rem; }
.facts > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .6rem; padding: .2rem 0; border-top: 1px solid var(--line); }
.facts > div:first-child { border-top: 0; }
.preconditions { margin: 0; padding: 0; list-style: none; }
.preconditions li { display: grid; grid-template-columns: 1.2rem minmax(0, 1fr); padding: .15rem 0; }
.holds .mark { color: var(--good); }
.fails { color: var(--bad); }
pre { margin: .2rem 0 0; padding: .5rem .7rem; max-height: 24rem; overflow: auto; border-radius: .4rem; font: .82rem/1.5 ui-monospace, monospace; background: var(--page); }
.diff { padding: .5rem 0; }
.diff span { display: block; padding: 0 .7rem; min-width: max-content; }
.diff .added { color: var(--good); background: color-mix(in srgb, var(--good) 12%, transparent); }
.diff .removed { color: var(--bad); background: var(--bad-back); }
.diff .place { color: var(--soft); }
b.with { color: var(--in-kvm); }
b.without { color: var(--to-qemu); }

.state, .verdict, .risk { padding: .1rem .55rem; border-radius: 1rem; font-size: .8rem; white-space: nowrap; color: var(--soft); background: var(--idle-back); }
.state:is([data-state=proposed]) { color: var(--accent); background: var(--chosen); }
.state:is([data-state=measuring], [data-state=applying], [data-state=undoing]), .risk[data-risk=medium] { color: var(--mixed); background: var(--mixed-back); }
.state:is([data-state=holding], [data-state=kept]), .verdict[data-verdict=improved], .risk[data-risk=low] { color: var(--in-kvm); background: var(--compute-back); }
.state:is([data-state=person], [data-state=overridden]), .verdict[data-verdict=worse], .risk:is([data-risk=high], [data-risk=critical]) { color: var(--bad); background: var(--bad-back); }
.trial-figures p { margin: .15rem 0; }
.trial .chart { min-height: 150px; }
.queue { margin: 0; padding: .5rem .9rem; list-style: none; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.queue li { padding: .15rem 0; }

#history-table { width: 100%; border: 1px solid var(--line); border-radius: .5rem; border-collapse: separate; border-spacing: 0; background: var(--card); }
#history-table :is(th, td) { padding: .35rem .6rem; }
#history-table thead th { white-space: nowrap; }
#history-table :is(.ended, .action) { white-space: nowrap; }
#history-table .target { min-width: 7rem; font-weight: 600; }
#history-table .reason { width: 45%; color: var(--soft); }
#older { margin-top: .6rem; }

#detail {
  position: fixed; inset: 0 0 0 auto; z-index: 2; width: min(46rem, 100vw); padding: 0 1.25rem 1.5rem; overflow-x: hidden; overflow-y: auto;
  border-left: 1px solid var(--line); background: var(--card); box-shadow: 0 0 2rem #0003; overflow-wrap: anywhere;
}
#detail:focus-visible { outline: none; }
.head { position: sticky; top: 0; z-index: 1; display: flex; align-items: start; justify-content: space-between; gap: 1rem; padding: .9rem 0 .5rem; background: var(--card); }
.head h2 { margin: 0; min-width: 0; max-height: 8rem; overflow-y: auto; font-size: 1.15rem; }
.close { flex: none; width: 2rem; height: 2rem; padding: 0; border: 1px solid var(--line); border-radius: .4rem; background: none; font-size: 1.2rem; line-height: 1; cursor: pointer; }
.close:hover { background: var(--hover); }
/* Wide enough for a time of day and for a word. */
.rest td:nth-child(-n + 2) { min-width: 5.2rem; }
.measured { margin-top: .8rem; }
.labels { display: flex; flex-wrap: wrap; gap: .25rem; }

dialog { width: min(32rem, calc(100vw - 1.6rem)); padding: 1.1rem 1.25rem 1.2rem; border: 1px solid var(--line); border-radius: .6rem; color: var(--text); background: var(--card); overflow-wrap: anywhere; }
dialog::backdrop { background: #0008; }
dialog h2 { margin: 0 0 .4rem; font-size: 1.1rem; }
dialog p { margin: 0 0 .8rem; max-height: 12rem; overflow-y: auto; }
dialog input { display: block; width: 100%; margin: .2rem 0 .3rem; padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--page); }
dialog .buttons { margin-top: 1rem; }

@media (max-width: 70rem) {
  #guards { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  #guards .tile:last-child { grid-column: span 2; }
}
@media (max-width: 62rem) {
  .card-body { grid-template-columns: minmax(0, 1fr); }
  footer { display: none; }
  #history-table, #history-table tbody { display: block; }
  #history-table thead { display: none; }
  #history-table tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .7rem; padding: .5rem .7rem; border-top: 1px solid var(--line); }
  #history-table tr:first-child { border-top: 0; }
  #history-table :is(th, td) { padding: 0; border: 0; }
  #history-table td:empty { display: none; }
  #history-table .target { min-width: 0; }
  #history-table .reason { flex: 1 1 100%; width: auto; }
}
@media (max-width: 34rem) {
  #guards { grid-template-columns: repeat(6, minmax(0, 1fr)); gap: .4rem; }
  #guards .tile { grid-column: span 2; padding: .4rem .6rem .5rem; }
  #guards .tile:nth-child(n + 4) { grid-column: span 3; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  #detail { padding: 0 .8rem 1.5rem; }
}
`
