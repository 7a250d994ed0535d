/** Parameters, tags and the environment: rows of names and values. */
import { html, nothing, type TemplateResult } from 'lit';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/keyValues';
import { countWords, SOURCES } from './words';

export function parameterRows({ params, totals }: RunPageModel): TemplateResult {
  const rows = params.map(({ key, value, source }) => ({ key, value, hint: SOURCES[source] }));
  return html`<lw-key-values .rows=${rows}></lw-key-values>${shortfall(rows.length, totals.params)}`;
}

export function tagRows({ tags, totals }: RunPageModel): TemplateResult {
  return html`<lw-key-values .rows=${tags}></lw-key-values>${shortfall(tags.length, totals.tags)}`;
}

export function environmentRows({ provenance, run }: RunPageModel): TemplateResult {
  const facts: [string, string | null][] = [
    ['Interpreter', provenance.interpreter],
    ['Python', provenance.pythonVersion],
    ['Working folder', provenance.cwd],
    ['Host', provenance.host],
    ['User', provenance.user],
    ['Exit code', run.exitCode === null ? null : String(run.exitCode)],
    ['Signal', run.signal],
    ['Run', run.runId],
  ];
  const rows = facts.flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
  return html`<lw-key-values .rows=${rows}></lw-key-values>`;
}

/** Says what is not shown. */
export function shortfall(shown: number, total: number): TemplateResult | typeof nothing {
  return shown < total ? html`<p class="quiet">The first ${countWords(shown, total)} are shown.</p>` : nothing;
}
