/** A comparison as one file that a browser shows without anything else: no script, no address. Pure. */
import type { DriftFeature, DriftReport, FeatureShares, FoundTest } from '../protocol/drift';
import { formatNumber } from '../protocol/format';
import { percent } from './words';

/** Features that are drawn; all are listed. */
const DRAWN = 100;
const WIDTH = 320;
const HEIGHT = 110;

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1000px;padding:0 1em;color:#1f1f1f;background:#fff}
h1{font-size:1.3em}h2{font-size:1.05em;margin:1.6em 0 .3em}p{margin:.3em 0}.quiet{color:#5f5f5f}
table{border-collapse:collapse;margin:.5em 0}th,td{text-align:start;padding:2px 14px 2px 0;font-weight:400}thead th{border-bottom:1px solid #c8c8c8}
td.n{text-align:end;font-variant-numeric:tabular-nums}tr.moved th,tr.moved td{font-weight:600}
.now{fill:#1a6fc9}.before{fill:none;stroke:#1f1f1f;stroke-width:1.5}svg{display:block;overflow:visible}
@media(prefers-color-scheme:dark){body{color:#d4d4d4;background:#1f1f1f}.quiet{color:#a0a0a0}.now{fill:#59a4f9}.before{stroke:#d4d4d4}}`;

export function driftHtml(report: DriftReport): string {
  const { sentence, rows, reference, current, features, left, whole, notes } = report;
  const lines = [
    ...whole.map(({ words }) => words),
    ...left.map(({ name, why }) => `${name} was not compared. ${why}`),
    ...notes,
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(`Drift: ${current.label} beside ${reference.label}`)}</title>
<style>${STYLE}</style>
<h1>${escaped(sentence)}</h1>
<p class="quiet">${escaped(`${current.label} (${formatNumber(rows.current)} rows) beside ${reference.label} (${formatNumber(rows.reference)} rows)`)}</p>
${lines.length > 0 ? `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>` : ''}
${summary(features)}
${features.slice(0, DRAWN).map(section).join('\n')}
</html>
`;
}

function summary(features: readonly DriftFeature[]): string {
  const rows = features.map(
    ({ name, type, drift, words, effect }) =>
      `<tr${drift ? ' class="moved"' : ''}><th scope="row">${escaped(name)}</th><td>${type}</td><td>${escaped(drift ? words : 'did not move')}</td><td class="n">${figure(effect?.value ?? null)}</td></tr>`,
  );
  return `<table><thead><tr><th>Feature</th><th>Type</th><th>What happened</th><th>Effect</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function section({ name, drift, words, tests, shares, notes }: DriftFeature): string {
  const said = [...(drift ? [`${words}.`] : []), ...notes].map((line) => `<p>${escaped(line)}</p>`).join('');
  const chart = shares === null ? '' : shares.kind === 'numbers' ? histogram(shares) : bars(shares);
  return `<h2>${escaped(name)}</h2>${said}${chart}${testTable(tests)}`;
}

function testTable(tests: readonly FoundTest[]): string {
  if (tests.length === 0) return '';
  const rows = tests.map(
    ({ name, statistic, p_value: p, adjusted_p_value: adjusted, threshold, drift }) =>
      `<tr${drift ? ' class="moved"' : ''}><th scope="row">${name}</th><td class="n">${figure(statistic)}</td><td class="n">${figure(p)}</td><td class="n">${figure(adjusted)}</td><td class="n">${figure(threshold)}</td></tr>`,
  );
  return `<table><thead><tr><th>Test</th><th>Value</th><th>p</th><th>Adjusted p</th><th>Threshold</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

type Numbers = Extract<FeatureShares, { kind: 'numbers' }>;
type Values = Extract<FeatureShares, { kind: 'values' }>;

function histogram({ edges, reference, current }: Numbers): string {
  const most = Math.max(...reference, ...current, Number.MIN_VALUE);
  const width = WIDTH / current.length;
  const height = (share: number) => (share / most) * HEIGHT;
  const bins = current.map((share, at) => {
    const [x, tall] = [(at * width).toFixed(1), height(share).toFixed(1)];
    return `<rect class="now" x="${x}" y="${(HEIGHT - height(share)).toFixed(1)}" width="${Math.max(width - 1, 0.5).toFixed(1)}" height="${tall}"/>`;
  });
  const steps = reference.map(
    (share, at) => `V${(HEIGHT - height(share)).toFixed(1)}H${((at + 1) * width).toFixed(1)}`,
  );
  return `<p class="quiet">Bars: the current table. Line: the reference. From ${figure(edges[0] ?? null)} to ${figure(edges.at(-1) ?? null)}.</p>
<svg width="${String(WIDTH)}" height="${String(HEIGHT)}" role="img">${bins.join('')}<path class="before" d="M0,${String(HEIGHT)}${steps.join('')}V${String(HEIGHT)}"/></svg>`;
}

function bars({ values, others }: Values): string {
  const rest = others ? [{ value: `${formatNumber(others.count)} others`, ...others }] : [];
  const rows = [...values, ...rest].map(
    ({ value, reference, current }) =>
      `<tr><th scope="row">${escaped(value)}</th><td class="n">${percent(reference)}</td><td class="n">${percent(current)}</td></tr>`,
  );
  return `<table><thead><tr><th>Value</th><th>Reference</th><th>Current</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const figure = (value: number | null): string => (value === null ? '–' : formatNumber(value));

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
