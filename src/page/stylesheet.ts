// Styles of the live page only: the layout of the host's tiles, the sources, the filter, the table of VMs and the open VM.
// The shared styles are in src/ui/stylesheet.ts.

export const stylesheet = `#host-line { flex: 1 1 20rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

#host { display: grid; grid-template-columns: repeat(5, minmax(8.5rem, 1fr)) minmax(22rem, 2.6fr); gap: .6rem; }
.charted { display: grid; grid-template-columns: 8.2rem 1fr; grid-template-rows: auto auto 1fr; column-gap: .9rem; }
.charted .chart { grid-area: 1 / 2 / 4 / 3; min-width: 0; min-height: 5.5rem; }
#detail .chart { min-height: 7rem; }

#sources { margin: .6rem 0 .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
#sources summary { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; padding: .45rem .8rem; color: var(--soft); cursor: pointer; }
#sources summary::before { content: '▸'; }
#sources[open] summary::before { content: '▾'; }
#sources summary > span:first-child { margin-left: -1rem; font-weight: 600; color: var(--text); }
#sources summary b { font-weight: 600; color: var(--good); }
#sources summary b.none { color: var(--bad); }
.badge { padding: 0 .6rem; border-radius: 1rem; color: var(--bad); background: var(--bad-back); }
#sources table { width: calc(100% - 1.6rem); margin: 0 .8rem .6rem; }
.state.in-use { color: var(--good); }
.state.unavailable { color: var(--bad); }
.remedy small { display: block; margin-top: .15rem; }

#filter { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .8rem; margin-bottom: .4rem; }
#filter input { flex: 0 1 24rem; min-width: 12rem; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); }
#filter select { padding: .3rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); }
#filter-classes { display: flex; flex-wrap: wrap; gap: .4rem; }
#filter-count { color: var(--soft); }
#sort-by { display: none; }
[data-class=emulated-io].chip, .class .content[data-class=emulated-io], .verdict [data-class=emulated-io] { color: var(--to-qemu); background: var(--emulated-io-back); }
[data-class=mixed].chip, .class .content[data-class=mixed], .verdict [data-class=mixed] { color: var(--mixed); background: var(--mixed-back); }
[data-class=in-kernel-io].chip, .class .content[data-class=in-kernel-io], .verdict [data-class=in-kernel-io] { color: var(--accent); background: var(--in-kernel-io-back); }
[data-class=near-native].chip, .class .content[data-class=near-native], .verdict [data-class=near-native] { color: var(--good); background: var(--near-native-back); }
[data-class=idle].chip, .class .content[data-class=idle], .verdict [data-class=idle] { color: var(--soft); background: var(--idle-back); }

#vm-table {
  --row-height: 34px;
  width: 100%; table-layout: fixed; border: 1px solid var(--line); border-collapse: separate; border-spacing: 0; background: var(--card);
}
#vm-table:focus-visible { outline-offset: -2px; }
#vm-table thead th { position: sticky; top: 0; z-index: 1; padding: 0; background: var(--card); border-bottom: 1px solid var(--line); }
#vm-table thead button { width: 100%; padding: .45rem .6rem; border: 0; background: none; text-align: inherit; color: var(--soft); cursor: pointer; }
#vm-table thead button:focus-visible { outline-offset: -2px; }
#vm-table thead button:hover { color: var(--text); background: var(--hover); }
#vm-table [aria-sort] button { color: var(--text); font-weight: 600; }
#vm-table [aria-sort=ascending] button::after { content: ' ↑'; }
#vm-table [aria-sort=descending] button::after { content: ' ↓'; }
#vm-table tbody tr { height: var(--row-height); cursor: pointer; }
#vm-table tbody :is(th, td) {
  position: relative; height: var(--row-height); padding: 0 .6rem; border: 0; border-bottom: 1px solid var(--line);
  vertical-align: middle; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
}
#vm-table tbody .space { height: auto; cursor: default; }
#vm-table tbody .space td { height: auto; padding: 0; border: 0; }
#vm-table tbody tr:not(.space):hover { background: var(--hover); }
#vm-table tbody tr[aria-selected=true] { background: var(--chosen); }
#vm-table tbody tr.active :is(th, td):first-child { box-shadow: inset 3px 0 var(--accent); }
#vm-table tr[data-class=idle] :is(.ratio, .io, .switches, .cost) .content { color: var(--soft); }
#vm-table th.name { width: auto; }
#vm-table th:is(.io, .cost, .delay) { width: 5.6rem; }
#vm-table th.cpu { width: 4.2rem; }
#vm-table th.memory { width: 5.2rem; }
#vm-table th.policy { width: 5.2rem; }
#vm-table th.disks { width: 8rem; }
#vm-table th.nics { width: 10.2rem; }
#vm-table tbody .name { font-weight: 600; }
#vm-table th.class { width: 7.2rem; }
.class .content, .verdict .content { padding: .1rem .55rem; border-radius: 1rem; font-size: .8rem; }
.class .content:not([data-class]) { padding: 0; }
#vm-table th.ratio { width: 8.8rem; }
#vm-table th.switches { width: 9rem; }
#vm-table :is(td.ratio, td.switches) .content { position: relative; z-index: 1; }
.sparkline { position: absolute; left: .7rem; top: 7px; width: calc(100% - 4.9rem); height: 20px; overflow: visible; }
.switches .sparkline path { stroke: var(--soft); }
.device { margin-right: .45rem; }
.emulated { padding: .05rem .4rem; border-radius: .25rem; color: var(--to-qemu); background: var(--emulated-io-back); }
#show-all { padding: .2rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); cursor: pointer; }
#empty { padding: 1.5rem; text-align: center; color: var(--soft); }

#detail {
  position: fixed; inset: 0 0 0 auto; z-index: 2; width: min(38rem, 100vw); padding: 0 1.25rem 1.5rem; overflow-y: auto;
  border-left: 1px solid var(--line); background: var(--card); box-shadow: 0 0 2rem #0003;
}
#detail:focus-visible { outline: none; }
.head { position: sticky; top: 0; z-index: 1; display: flex; align-items: start; justify-content: space-between; gap: 1rem; padding: .9rem 0 .5rem; background: var(--card); }
.head h2 { margin: 0; min-width: 0; font-size: 1.15rem; overflow-wrap: anywhere; }
.close { flex: none; width: 2rem; height: 2rem; padding: 0; border: 1px solid var(--line); border-radius: .4rem; background: none; font-size: 1.2rem; line-height: 1; cursor: pointer; }
.close:hover { background: var(--hover); }
.verdict { margin: 0 0 .8rem; }
#detail h3 { margin: 1.1rem 0 .2rem; font-size: .82rem; font-weight: 600; }
#detail table:not(.u-legend) { width: 100%; }
#detail td:last-child, #detail th:last-child { padding-right: 0; }
#detail .u-legend :is(th, td) { padding: 0 .3rem 0 0; border: 0; }

@media (max-width: 80rem) {
  #host { grid-template-columns: repeat(5, minmax(8rem, 1fr)); }
  .charted { grid-column: 1 / -1; }
}
/* The name gets the width that the other columns leave. Columns are hidden at widths that keep at least 9rem for it, even
   beside a scroll bar. Those that say least about the cost of exits are hidden first. */
@media (max-width: 88.5rem) {
  #vm-table .memory { display: none; }
  #vm-table th.switches { width: 6rem; }
  #vm-table .switches .sparkline { display: none; }
  #sort-by { display: inline; }
}
@media (max-width: 79.5rem) {
  #vm-table .delay { display: none; }
}
@media (max-width: 73.5rem) {
  #vm-table .cpu { display: none; }
}
@media (max-width: 69.5rem) {
  #vm-table .switches { display: none; }
  #vm-table th.ratio { width: 7.4rem; }
}
@media (max-width: 62rem) {
  #host { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .tile { grid-column: span 2; }
  .tile:nth-child(n + 4) { grid-column: span 3; }
  .tile.charted { grid-column: 1 / -1; }
  .charted { grid-template-columns: minmax(0, 1fr); grid-template-rows: none; }
  .charted .chart { grid-area: auto; }
  #sources thead { display: none; }
  #sources tr { display: grid; grid-template-columns: 1fr auto auto; padding: .3rem 0; border-top: 1px solid var(--line); }
  #sources :is(th, td) { padding: 0 .6rem 0 0; border: 0; }
  #sources .remedy { grid-column: 1 / -1; }
  #filter input { flex: 1 1 100%; }
  footer { display: none; }
  #vm-table { --row-height: 116px; display: block; }
  #vm-table thead { display: none; }
  #vm-table tbody { display: block; }
  #vm-table tbody tr { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); grid-auto-rows: min-content; align-content: center; padding: 0 .7rem; border-bottom: 1px solid var(--line); }
  #vm-table tbody tr.active { box-shadow: inset 3px 0 var(--accent); }
  #vm-table tbody tr.active :is(th, td):first-child { box-shadow: none; }
  #vm-table tbody .space { display: block; padding: 0; border: 0; }
  #vm-table tbody :is(th, td) { grid-column: span 3; width: auto; height: auto; padding: 0 .4rem 0 0; border: 0; text-align: left; }
  #vm-table tbody .name { grid-column: span 8; }
  #vm-table tbody .class { grid-column: span 4; padding: 0; text-align: right; }
  #vm-table tbody .switches { display: block; }
  #vm-table tbody :is(.ratio, .switches, .io, .cost, .policy, .disks, .nics) .content::before { content: attr(data-title); display: block; font-size: .7rem; line-height: 1.2; color: var(--soft); }
  #vm-table tbody .disks { grid-column: span 4; }
  #vm-table tbody .nics { grid-column: span 5; padding: 0; }
  #vm-table .sparkline { display: none; }
}
@media (max-width: 34rem) {
  #host { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  #host > .tile { grid-column: auto; }
  .charted .chart { display: none; }
}
`
