// The styles that all pages share: colours, type, tables, tiles, charts. A page adds its own style sheet after this one.
// Style sheets are served as separate files so that the content security policy can forbid inline styles. They are strings
// because tsc does not copy .css files into dist/.

export const stylesheet = `:root {
  color-scheme: light dark;
  --text: #17212b; --soft: #5a6675; --line: #dde3e9; --page: #f4f6f8; --card: #ffffff; --hover: #eef4fa;
  --accent: #0b63c5; --in-kvm: #0b7a75; --to-qemu: #c23b06; --mixed: #8a6400; --ratio: #0b63c5; --cpu: #3b5bdb;
  --wait: #9c36b5; --bad: #9a3412; --bad-back: #ffedd5; --good: #197a35; --chosen: #dbeafb;
  --emulated-io-back: #ffe8de; --mixed-back: #fdf0cc; --in-kernel-io-back: #dfe9ff; --near-native-back: #dff4e4; --idle-back: #e8ecf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e9ef; --soft: #94a1b1; --line: #28313b; --page: #0d1217; --card: #151b22; --hover: #1b242e;
    --accent: #6cb0ff; --in-kvm: #3cc4b9; --to-qemu: #ff8a57; --mixed: #e6b84a; --ratio: #6cb0ff; --cpu: #8ea6ff;
    --wait: #d98cf0; --bad: #fdba74; --bad-back: #3a2112; --good: #56d372; --chosen: #17304b;
    --emulated-io-back: #41200f; --mixed-back: #38290a; --in-kernel-io-back: #1b2a58; --near-native-back: #10331b; --idle-back: #222a33;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: .9rem 1.25rem 2rem; max-width: 110rem;
  font: .875rem/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; color: var(--text); background: var(--page);
}
a { color: var(--accent); }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
small { font-size: .8rem; color: var(--soft); }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.1rem; margin-bottom: .8rem; }
h1 { margin: 0; font-size: 1.25rem; letter-spacing: -.02em; }
h1 span { font-size: .8rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
header p { margin: 0; color: var(--soft); }
#status:not(:empty)::before {
  content: ''; display: inline-block; width: .55rem; height: .55rem; margin-right: .45rem; border-radius: 50%; background: var(--good);
}
.stale #status::before { background: var(--bad); }
.stale main { opacity: .55; }
nav { display: flex; gap: .9rem; }
.failure { margin: 0 0 .8rem; padding: .6rem .9rem; border-radius: .4rem; color: var(--bad); background: var(--bad-back); }
/* Fixed, so that it is visible at every scroll position and beside an open panel. */
#failure { position: fixed; inset: auto 1rem 1rem; z-index: 3; max-width: 48rem; margin: 0 auto; border: 1px solid; box-shadow: 0 0 1rem #0003; }
.stale { padding-bottom: 7rem; }

.tile { min-width: 0; padding: .55rem .8rem .6rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.tile h2 { margin: 0; font-size: .78rem; font-weight: 500; color: var(--soft); }
.tile > b { display: block; font-size: 1.35rem; font-weight: 600; line-height: 1.3; letter-spacing: -.01em; }
.tile small { display: block; line-height: 1.35; }
meter { display: block; width: 100%; height: .45rem; margin: .15rem 0 .35rem; border: 0; border-radius: 1rem; background: var(--idle-back); }
meter::-webkit-meter-bar { height: .45rem; border: 0; border-radius: 1rem; background: var(--idle-back); }
meter::-webkit-meter-optimum-value { border-radius: 1rem; background: var(--cpu); }
meter::-moz-meter-bar { border-radius: 1rem; background: var(--cpu); }
/* The drawing follows the width of its place a moment later, and must not make the page wider until then. */
.chart { overflow: hidden; }
.u-legend { margin: 0; font-size: .75rem; text-align: left; color: var(--soft); }
.u-legend th { font-weight: 400; }
.u-legend :is(th, td) { border: 0; }
.u-legend .u-marker { width: .7em; height: .7em; border-radius: .15em; }
.u-legend .u-series:first-child { display: none; }
.u-legend .u-series { margin-right: .5rem; white-space: nowrap; }
.u-legend .u-series > * { padding: 2px 3px 2px 0; }
.u-legend .u-value { min-width: 3.2em; text-align: left; color: var(--text); }
code, kbd { padding: .05rem .35rem; border-radius: .25rem; font: .9em ui-monospace, monospace; background: var(--idle-back); }

table { border-collapse: collapse; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; font-weight: 400; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; font-size: .78rem; color: var(--soft); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }

.chip { padding: .2rem .7rem; border: 1px solid transparent; border-radius: 1rem; cursor: pointer; }
.chip[aria-pressed=true] { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; }
.sparkline path { fill: none; stroke: var(--ratio); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
footer p { margin: .8rem 0 0; color: var(--soft); }
footer kbd:not(:first-child) { margin-left: .7rem; }
footer kbd + kbd { margin-left: 0 !important; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .35rem 1rem; margin: 0 0 1rem; }
dt { font-size: .78rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0 0 .6rem; }
figcaption { font-size: .82rem; font-weight: 600; }
.share-bar { display: block; width: 100%; min-width: 6rem; height: .5rem; margin-top: .35rem; border-radius: 1rem; background: var(--idle-back); }
.share-bar i { display: block; height: 100%; border-radius: 1rem; background: var(--cpu); }

@media (max-width: 62rem) {
  body { padding: .7rem .8rem 2rem; }
  .stale { padding-bottom: 9rem; }
}
@media (max-width: 34rem) {
  .tile small { font-size: .75rem; }
  .share-bar { min-width: 3rem; }
}
`
