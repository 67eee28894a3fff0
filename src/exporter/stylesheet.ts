// How the landing page looks. Served as a file of its own, so that the page needs no inline style and its content
// security policy can forbid them. A string, as tsc copies no .css into dist/.

export const stylesheet = `:root {
  color-scheme: light dark;
  --text: #1c2430; --soft: #5b6675; --line: #dfe4ea; --page: #f6f8fa; --card: #fff;
  --accent: #0b63c5; --on-accent: #fff; --good: #1a7f37; --good-back: #dafbe1; --idle-back: #eaeef2;
  --bad: #9a3412; --bad-back: #ffedd5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6eaf0; --soft: #9aa6b5; --line: #2b333d; --page: #0f141a; --card: #171d25;
    --accent: #6cb0ff; --on-accent: #0b1220; --good: #56d372; --good-back: #12301b; --idle-back: #232b35;
    --bad: #fdba74; --bad-back: #3a2112;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
}
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -.02em; }
h1 span { font-size: 1rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
header p { margin: .4rem 0 1.2rem; max-width: 42rem; color: var(--soft); }
nav { display: flex; flex-wrap: wrap; gap: .6rem; }
nav a {
  padding: .4rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
  color: var(--text); background: var(--card); text-decoration: none;
}
nav a:hover, nav a:focus-visible { border-color: var(--accent); }
nav a.primary { color: var(--on-accent); background: var(--accent); border-color: var(--accent); font-weight: 600; }
section, .failure {
  margin-top: 1.5rem; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card);
}
.failure { color: var(--bad); background: var(--bad-back); border-color: transparent; }
h2 { margin: 0 0 .5rem; font-size: 1.15rem; }
section p { margin: 0 0 .75rem; color: var(--soft); }
.figures b { font-size: 1.6rem; font-weight: 600; color: var(--text); }
.figures b + b, .figures b:last-of-type { margin-left: .9rem; }
.more { margin: .75rem 0 0; }
table { width: 100%; border-collapse: collapse; font-size: .95rem; }
th, td { padding: .5rem 1rem .5rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; padding-top: 0; font-size: .8rem; font-weight: 500; color: var(--soft); white-space: nowrap; }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { white-space: nowrap; }
.state { padding: .1rem .55rem; border-radius: 1rem; font-size: .85rem; white-space: nowrap; background: var(--idle-back); }
.state.in-use { color: var(--good); background: var(--good-back); }
.state.unavailable { color: var(--bad); background: var(--bad-back); }
code { padding: .1rem .35rem; border-radius: .3rem; font: .88em ui-monospace, monospace; background: var(--idle-back); }
.remedy { min-width: 16rem; }
.remedy small { display: block; margin-top: .25rem; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding: 1.5rem .9rem 3rem; }
  section { padding: 1rem; }
  thead { display: none; }
  tr { display: flex; flex-wrap: wrap; gap: .15rem .9rem; padding: .6rem 0; border-top: 1px solid var(--line); }
  th, td { padding: 0; border: 0; }
  tbody th { flex: 0 0 100%; }
  td.number { text-align: left; }
  td.number::before { content: attr(data-title) " "; color: var(--soft); }
  .remedy { flex: 0 0 100%; min-width: 0; }
  .remedy:empty { display: none; }
}
`
