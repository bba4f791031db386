/** The look of a page. Colours are those of Okabe and Ito (2008), which people with any colour vision tell apart. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f7f9; --ink: #1c2128; --soft: #57606a; --line: #d8dde3;
  --original: #0064a4; --candidate: #b04a00; --good: #00694a; --bad: #a3265b; --heat: #56b4e9;
  --plot-background: transparent;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --raised: #1c2229; --ink: #e6e9ed; --soft: #a7b0ba; --line: #343d47;
    --original: #6bbcf0; --candidate: #f0a13c; --good: #45c79a; --bad: #ef8bb8; --heat: #0b6aa5;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 54rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 3.5rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-weight: 650; }
h3 { font-size: 1rem; margin: 0 0 .25rem; font-weight: 600; }
p { margin: .5rem 0; max-width: 44rem; }
code { font: .9em ui-monospace, monospace; }
a { color: var(--original); }
.lead, .note, figcaption p, caption, dt { color: var(--soft); }
.note { font-size: .875rem; }
nav ul, .key { list-style: none; margin: 1rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; }
.key li { display: inline-flex; align-items: center; gap: .4rem; }
.mark { width: 1.4rem; height: .9rem; flex: none; }
.mark path { fill: none; stroke-width: 2; }
.verdict { margin: 1.5rem 0; padding: 1rem 1.25rem; border: 1px solid var(--line); border-left: .3rem solid var(--soft); border-radius: .4rem; background: var(--raised); }
.verdict.pass { border-left-color: var(--good); }
.verdict.fail { border-left-color: var(--bad); }
.verdict strong { font-size: 1.125rem; }
.verdict.pass strong { color: var(--good); }
.verdict.fail strong { color: var(--bad); }
.verdict ul { margin: .5rem 0 0; padding-left: 1.2rem; }
.facts { margin: 1rem 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: .75rem 2rem; }
.facts div { min-width: 0; }
dt { font-size: .8125rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
figure { margin: 1.75rem 0 2.25rem; }
figcaption p { font-size: .875rem; margin: 0 0 .5rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--original); outline-offset: 2px; }
.chart, .drawing { display: block; width: 100%; min-width: 30rem; height: auto; color: var(--ink); font-family: system-ui, sans-serif; }
.chart text, .chart tspan, .drawing text { fill: var(--ink); white-space: pre; }
.drawing text.soft { fill: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 1.25rem; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; font-weight: 400; min-width: 3.5rem; }
thead th { color: var(--soft); border-bottom-color: var(--soft); vertical-align: bottom; }
th.figure, td.figure { text-align: right; white-space: nowrap; }
th.words, td.words { min-width: 8rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; font-size: .875rem; color: var(--original); padding: .15rem 0; }
summary:focus-visible { outline: 2px solid var(--original); outline-offset: 2px; }
.tag { display: inline-block; padding: 0 .45rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; white-space: nowrap; }
.tag.applied, .tag.pass { color: var(--good); }
.tag.reverted, .tag.fail { color: var(--bad); }
.tag.refused, .tag.unknown { color: var(--soft); }
.warnings { padding-left: 1.2rem; }
footer { margin-top: 4rem; color: var(--soft); font-size: .875rem; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  figure, .verdict, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  .chart, .drawing { min-width: 0; }
  table { font-size: 7.5pt; }
  th, td, th.words, td.words { min-width: 0; padding-right: .5rem; }
  th.figure, td.figure { white-space: normal; }
}
`;
