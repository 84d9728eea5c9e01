/** The page's only style sheet: system fonts, one column, colours for light, dark and paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1d1f23; --ink-soft: #5c6169; --rule: #b9bdc4; --hairline: #e6e8eb; --tint: #f3f4f5;
  --reference: #9aa0a8;
  --series-1: #2563a8; --series-2: #c9661b; --series-3: #2a8061; --series-4: #7a4fa3; --series-5: #b23a48; --series-6: #6b6f1d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e7e8ea; --ink-soft: #a3a9b2; --rule: #555b64; --hairline: #2c3036; --tint: #1f2226;
    --reference: #767c86;
    --series-1: #6ea8e6; --series-2: #e89a5b; --series-3: #5fbf9b; --series-4: #b794dd; --series-5: #e57f8b; --series-6: #c3c768;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1104px; margin: 0 auto; padding: 48px 32px 72px; }
header { border-bottom: 1px solid var(--hairline); padding-bottom: 20px; margin-bottom: 8px; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
.subtitle { color: var(--ink-soft); margin: 6px 0 0; max-width: 46em; }
nav { margin-top: 14px; font-size: 13px; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; }
nav a { color: var(--series-1); text-decoration: none; }
nav a:hover { text-decoration: underline; }
h2 { font-size: 19px; line-height: 1.3; letter-spacing: -0.008em; font-weight: 620; margin: 36px 0 12px; scroll-margin-top: 16px; }
h3 { font-size: 15px; font-weight: 620; margin: 28px 0 8px; }
h2, h3 { break-after: avoid; overflow-wrap: anywhere; }
.prose { max-width: 46em; }
.prose p { margin: 0 0 10px; }
code { font: 0.9em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--tint); border-radius: 3px; padding: 1px 4px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 14px 24px; margin: 20px 0; }
.facts dt { font-size: 12px; color: var(--ink-soft); }
.facts dd { margin: 1px 0 0; font-weight: 550; overflow-wrap: anywhere; }
figure { margin: 20px 0 24px; }
figcaption { font-size: 13.5px; font-weight: 600; margin-bottom: 6px; }
.unit { color: var(--ink-soft); font-weight: 400; }
.note { font-size: 12.5px; color: var(--ink-soft); margin: 6px 0 0; max-width: 62em; }
.scroll { overflow-x: auto; }
.table table { border-collapse: collapse; font-size: 14px; }
.table th, .table td { padding: 5px 0 5px 28px; text-align: left; vertical-align: baseline; white-space: nowrap; }
.table th:first-child, .table td:first-child { padding-left: 0; }
.table thead th { font-size: 12.5px; font-weight: 550; color: var(--ink-soft); border-bottom: 1px solid var(--rule); }
.table tbody tr + tr > * { border-top: 1px solid var(--hairline); }
.table tbody th { font-weight: 450; white-space: normal; min-width: 11em; max-width: 24em; overflow-wrap: anywhere; }
.table .number { text-align: right; }
.table .bounds { padding-left: 8px; color: var(--ink-soft); font-size: 12.5px; text-align: right; }
.table strong { font-weight: 700; color: var(--series-1); }
.table tr.reference > * { color: var(--ink-soft); font-style: italic; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 24px; }
.chart svg { display: block; width: 100%; height: auto; }
.chart svg text { font-family: inherit; font-variant-numeric: tabular-nums; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 2px; padding: 0; font-size: 12.5px; color: var(--ink-soft); }
.swatch { display: inline-block; width: 18px; border-top: 2px solid; vertical-align: 4px; margin-right: 6px; }
.swatch.faint { opacity: 0.55; border-top-width: 1.5px; }
.swatch.dashed { border-top-style: dashed; }
.images table { border-collapse: collapse; }
.images td { padding: 3px; vertical-align: top; }
.images th { font-size: 12.5px; font-weight: 500; color: var(--ink-soft); padding: 2px 3px; text-align: left; }
.images tbody th { padding-right: 14px; min-width: 10em; max-width: 14em; vertical-align: middle; overflow-wrap: anywhere; color: var(--ink); }
.images img { display: block; max-width: 100%; height: auto; border-radius: 2px; image-rendering: pixelated; }
.films .row { display: flex; flex-wrap: wrap; gap: 16px; }
.films .row > div { min-width: 0; }
.films video { display: block; max-width: 100%; height: auto; border-radius: 3px; background: #000; }
@media (max-width: 720px) { main { padding: 24px 16px 48px; } .pair { grid-template-columns: minmax(0, 1fr); } }
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --ink-soft: #444; --rule: #999; --hairline: #ddd; --tint: #f3f3f3; --reference: #888;
    --series-1: #2563a8; --series-2: #c9661b; --series-3: #2a8061; --series-4: #7a4fa3; --series-5: #b23a48; --series-6: #6b6f1d;
  }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  figure, .facts, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
}
`;
