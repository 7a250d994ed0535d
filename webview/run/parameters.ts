/** Parameters and tags: rows of names and values. */
import { html, nothing, type TemplateResult } from 'lit';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/keyValues';
import { countWords, SOURCES } from './words';

export function parameterRows({ params, totals }: RunPageModel): TemplateResult {
  const rows = params.map(({ key, value, source }) => ({ key, value, hint: SOURCES[source] }));
  return html`<lw-key-values .rows=${rows}></lw-key-values>${shortfall(rows.length, totals.params)}`;
}

/** Says what is not shown. */
export function shortfall(shown: number, total: number): TemplateResult | typeof nothing {
  return shown < total ? html`<p class="quiet">The first ${countWords(shown, total)} are shown.</p>` : nothing;
}
