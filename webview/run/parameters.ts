/** Parameters and tags: rows of names and values. */
import { html, nothing, type TemplateResult } from 'lit';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/keyValues';
import { countWords, SOURCES } from './words';

/** More does not fit into the line behind a value. */
const MAX_OTHER_CHARS = 100;

export function parameterRows({ params, totals }: RunPageModel): TemplateResult {
  const rows = params.map(({ key, value, source, other }) => ({
    key,
    value,
    hint: SOURCES[source],
    more: other && `${SOURCES[other.source]}: ${other.value.slice(0, MAX_OTHER_CHARS)}`,
  }));
  return html`<lw-key-values .rows=${rows}></lw-key-values>${shortfall(rows.length, totals.params)}`;
}

/** Says what is not shown. */
export function shortfall(shown: number, total: number): TemplateResult | typeof nothing {
  return shown < total ? html`<p class="quiet">The first ${countWords(shown, total)} are shown.</p>` : nothing;
}
