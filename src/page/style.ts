/** How the page looks: light and dark, on a phone and on paper. Colours never tell alone what words or signs do not. */
export const STYLE = `
:root {
  --page: #ffffff; --card: #f6f8fa; --line: #d8dee4; --text: #1f2328; --soft: #57606a; --link: #0758b8;
  --success: #1a7f37; --failed: #c4232b; --other: #6b7785; --backup: #7a4fc4; --restored: #b35900; --accent: #0969da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --line: #30363d; --text: #e6edf3; --soft: #9aa5b1; --link: #6cb2ff;
    --success: #4cc267; --failed: #ff7b72; --other: #8b97a5; --backup: #bc95ff; --restored: #e69a4c; --accent: #4c9bf5;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 0 1.25rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
code, .sign { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul[role=list], ol[role=list] { list-style: none; }
.sign { color: var(--failed); border: 1px solid currentColor; border-radius: 3px; padding: 0 .15em; margin: 0 .1em; }
.skip { position: absolute; left: -100vw; top: .5rem; background: var(--page); padding: .5rem 1rem; z-index: 2; }
.skip:focus { left: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.hint { color: var(--soft); font-size: .9rem; }
header { padding: 2.5rem 0 1rem; }
.maker { color: var(--soft); font-size: .85rem; letter-spacing: .04em; text-transform: uppercase; }
h1 { font-size: 2rem; line-height: 1.2; font-weight: 650; margin: .1rem 0 .35rem; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; margin: 0 0 .75rem; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 600; }
nav { position: sticky; top: 0; z-index: 1; background: var(--page); border-bottom: 1px solid var(--line); }
nav ul { display: flex; gap: 0 .25rem; overflow-x: auto; }
nav a { display: block; padding: .6rem .6rem; white-space: nowrap; text-decoration: none; color: var(--soft); font-size: .925rem; }
nav li:first-child a { padding-left: 0; }
nav a:hover { color: var(--text); text-decoration: underline; text-underline-offset: .35em; }
section { padding-top: 2.25rem; scroll-margin-top: 2rem; }
.warnings { margin-top: 1.25rem; padding: .75rem 1rem .75rem 2rem; border: 1px solid var(--restored); border-radius: 8px; }
.numbers { display: grid; grid-template-columns: repeat(6, 1fr); gap: .75rem; margin-top: 1.25rem; }
.numbers div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .8rem; }
.numbers dt { color: var(--soft); font-size: .825rem; }
.numbers dd { font-size: 1.4rem; font-weight: 600; line-height: 1.35; font-variant-numeric: tabular-nums; }
.numbers small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); }
.chart { border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; }
.chart + .chart { margin-top: .75rem; }
.chart svg { display: block; width: 100%; height: 8.5rem; margin: .15rem 0 .25rem; overflow: visible; }
.chart svg.unique { height: 5.5rem; }
.chart .hint { margin-top: .5rem; font-size: .825rem; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; font-size: .875rem; }
.legend li { display: flex; align-items: baseline; gap: .45rem; }
.key { flex: none; width: .7rem; height: .7rem; border-radius: 2px; background: currentColor; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.scale { display: flex; justify-content: space-between; gap: .5rem; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
.scale:first-of-type { margin-top: .6rem; }
.key.success { color: var(--success); } .key.failed { color: var(--failed); } .key.other { color: var(--other); }
.key.backup { color: var(--backup); } .key.restored { color: var(--restored); }
.key.logical { color: var(--accent); } .key.occupied { color: var(--backup); } .key.unique { color: var(--success); }
rect.success, rect.unique { fill: var(--success); } rect.failed { fill: var(--failed); } rect.other { fill: var(--other); }
rect.backup { fill: var(--backup); } rect.restored { fill: var(--restored); }
svg g:hover rect, rect.unique:hover { opacity: .7; }
.axis { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.line { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
.line.logical { stroke: var(--accent); } .line.occupied { stroke: var(--backup); stroke-dasharray: 6 3; }
.area { opacity: .12; } .area.logical { fill: var(--accent); } .area.occupied { fill: var(--backup); }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
table code { font-size: .8rem; letter-spacing: -.02em; }
th, td { padding: .45rem .6rem; text-align: left; vertical-align: top; white-space: nowrap; }
td.text bdi { white-space: normal; display: inline-block; min-width: 6rem; max-width: 18rem; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 500; background: var(--card); }
tbody th { font-weight: 500; }
th.number, td.number { text-align: right; }
tbody tr + tr > *, tfoot tr > * { border-top: 1px solid var(--line); }
tfoot th, tfoot td { font-weight: 600; }
.timeline { position: relative; margin-top: 1rem; padding-left: 1.6rem; }
.timeline::before { content: ""; position: absolute; left: .42rem; top: .6rem; bottom: .6rem; width: 2px; background: var(--line); }
.timeline > li { position: relative; scroll-margin-top: 3.5rem; }
.timeline > .checkpoint { padding: .15rem 0 .25rem; }
.timeline > .checkpoint::before, .timeline > .restore::before { content: ""; position: absolute; left: -1.6rem; top: .45rem; width: .95rem;
  height: .95rem; border-radius: 50%; background: var(--other); border: 3px solid var(--page); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.timeline > .checkpoint.success::before { background: var(--success); }
.timeline > .checkpoint.failed::before { background: var(--failed); }
.timeline > .checkpoint.open::before { background: var(--page); border-color: var(--accent); }
.timeline > .checkpoint.type-backup::before { background: var(--backup); }
.timeline > .checkpoint:target { background: var(--card); box-shadow: 0 0 0 .5rem var(--card); border-radius: 4px; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .15rem .6rem; font-size: .875rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.badge { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .55rem; font-size: .8rem; line-height: 1.45; white-space: nowrap; }
.badge.success { color: var(--success); border-color: currentColor; } .badge.failed { color: var(--failed); border-color: currentColor; }
.badge.open { color: var(--link); border-color: currentColor; } .badge.mark { color: var(--text); background: var(--card); }
.notes { margin: .3rem 0; padding-left: .7rem; border-left: 3px solid var(--line); }
.facts { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .85rem; color: var(--soft); }
.tags { display: flex; flex-wrap: wrap; gap: .3rem; margin-top: .3rem; font-size: .8rem; }
.tags li { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; max-width: 100%; }
.restore { color: var(--restored); margin-top: .6rem; padding: .15rem 0 .25rem; }
.restore .head, .restore a, .restore code { color: inherit; }
.timeline > .restore::before { background: var(--restored); border-radius: 2px; }
.paths { font-size: .875rem; }
.stretch { margin: .35rem 0 .9rem; font-size: .9rem; }
.stretch p { padding: .3rem 0; color: var(--soft); }
.stretch details { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.stretch summary { cursor: pointer; padding: .4rem .8rem; }
.what { font-weight: 500; margin-right: .6rem; }
.quiet .what { font-weight: 400; }
.since { color: var(--soft); margin-right: .6rem; }
.counts span { white-space: nowrap; margin-right: .5rem; font-variant-numeric: tabular-nums; }
.added { color: var(--success); } .removed { color: var(--failed); } .changed { color: var(--link); } .renamed { color: var(--backup); }
.changes { border-top: 1px solid var(--line); padding: .5rem .8rem .6rem; }
.changes li { padding-left: 1.4rem; position: relative; }
.changes code { color: var(--text); white-space: pre-wrap; }
.change { position: absolute; left: 0; width: 1.1rem; text-align: center; font-weight: 700; }
.size, .changes .more, .older, tr.more { color: var(--soft); }
.size { margin-left: .6rem; font-size: .85em; white-space: nowrap; }
.older { padding-bottom: .9rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
@media (max-width: 54rem) { .numbers { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 40rem) {
  body { padding: 0 .9rem 2rem; }
  header { padding-top: 1.5rem; }
  h1 { font-size: 1.6rem; }
  .numbers { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .chart { padding: .75rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root { --page: #fff; --card: #fff; --line: #bbb; --text: #000; --soft: #444; --link: #000; --success: #116329; --failed: #a40e26; --other: #57606a;
    --backup: #5a32a3; --restored: #8a4600; --accent: #0550ae; }
  html { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  .wide { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: .3rem .4rem; }
  .chart, .numbers div, .checkpoint, .restore, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;
