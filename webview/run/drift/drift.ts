/** `<lw-drift>`: what has moved between two tables: one sentence, then feature by feature. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { DriftPage, type DriftFeature } from '../../../src/protocol/drift';
import { DRIFT_PAGE } from '../../../src/protocol/driftNames';
import { formatNumber } from '../../../src/protocol/format';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import '../../ui/controls';
import '../../ui/icon';
import '../../ui/states';
import { dataTable, linkButton } from '../../ui/styles';
import { type RunHost } from '../api';
import { Loaded } from '../captured/loading';
import { countWords } from '../words';
import './feature';
import { figureWords } from './words';

/** Features that did not move and are listed before somebody asks for more. */
const SHOWN = 20;

@customElement('lw-drift')
export class Drift extends LitElement {
  static override readonly styles = [
    dataTable,
    linkButton,
    css`
      :host {
        display: block;
      }
      .sentence {
        margin: 0 0 4px;
        font-size: 1.15em;
        overflow-wrap: anywhere;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
        margin: 0 0 8px;
        overflow-wrap: anywhere;
      }
      .tables {
        overflow-x: auto;
      }
      th,
      td {
        text-align: start;
        white-space: normal;
        vertical-align: top;
        padding: 3px 14px 3px 0;
      }
      tbody th {
        position: static;
        box-shadow: none;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      tr.drift th .link {
        font-weight: 600;
      }
      th.number,
      td.number {
        text-align: end;
        white-space: nowrap;
      }
      lw-icon {
        vertical-align: text-bottom;
      }
      td.open {
        padding: 6px 0 16px 20px;
      }
      tr.opened:hover {
        background: none;
      }
      ul {
        margin: 8px 0 0;
        padding-inline-start: 18px;
        color: var(--vscode-descriptionForeground);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) page!: RunPageModel;
  @state() private open: ReadonlySet<string> = new Set();
  @state() private showsAll = false;

  private readonly result = new Loaded(this, async () => {
    const { text, isCut } = await this.host.request('artifactText', { path: DRIFT_PAGE });
    if (isCut) throw new Error('It is larger than the page can show.');
    const page = pageIn(text);
    const first = page.features.find(({ drift }) => drift);
    this.open = new Set(first ? [first.name] : []);
    return page;
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('page')) this.result.want(this.page.run.runId);
  }

  protected override render() {
    const { value, problem } = this.result;
    if (problem !== null)
      return html`<lw-failed quiet what="What was found could not be read." .cause=${problem}
        ><lw-button @click=${this.result.retry}>Retry</lw-button></lw-failed
      >`;
    if (!value) return html`<lw-loading></lw-loading>`;
    const { sentence, rows, reference, current, features, omitted } = value;
    const moved = features.filter(({ drift }) => drift).length;
    const shown = this.showsAll ? features : features.slice(0, moved + SHOWN);
    return html`<p class="sentence">${marked(sentence)}</p>
      <p class="quiet" title="${reference.path}&#10;${current.path}">
        ${current.label} (${countWords(rows.current, rows.current)} rows) beside ${reference.label}
        (${countWords(rows.reference, rows.reference)} rows), ${rulesWords(value)}
      </p>
      ${features.length === 0 ? nothing : this.renderFeatures(shown)}
      ${
        shown.length < features.length
          ? html`<lw-button @click=${() => (this.showsAll = true)}
              >Show ${formatNumber(features.length - shown.length)} More</lw-button
            >`
          : nothing
      }
      ${omitted > 0 ? html`<p class="quiet">${formatNumber(omitted)} more are in drift.json.</p>` : nothing}
      ${this.renderRest(value)}`;
  }

  private renderFeatures(features: readonly DriftFeature[]) {
    const hasImportance = features.some(({ importance }) => importance !== null);
    return html`<div class="tables">
      <table aria-label="Features">
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Type</th>
            <th scope="col">What happened</th>
            <th class="number" scope="col">Effect</th>
            ${hasImportance ? html`<th class="number" scope="col">Importance</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${features.map((feature) => this.renderFeature(feature, hasImportance))}
        </tbody>
      </table>
    </div>`;
  }

  private renderFeature(feature: DriftFeature, hasImportance: boolean) {
    const { name, type, role, drift, words, effect, importance } = feature;
    const isOpen = this.open.has(name);
    return html`<tr class=${drift ? 'drift' : ''}>
        <th scope="row">
          <button class="link" aria-expanded=${String(isOpen)} @click=${() => this.toggle(name)}>
            <lw-icon name=${isOpen ? 'chevron-down' : 'chevron-right'}></lw-icon>${name}
          </button>
        </th>
        <td>${role === 'feature' ? type : `${role}, ${type}`}</td>
        <td>${drift ? html`<lw-icon name="warning"></lw-icon> ${words}` : 'did not move'}</td>
        <td class="number">${effect ? figureWords(effect.value) : '–'}</td>
        ${hasImportance ? html`<td class="number">${figureWords(importance)}</td>` : nothing}
      </tr>
      ${
        isOpen
          ? html`<tr class="opened">
              <td class="open" colspan=${hasImportance ? 5 : 4}>
                <lw-drift-feature .of=${feature}></lw-drift-feature>
              </td>
            </tr>`
          : nothing
      }`;
  }

  private renderRest({ whole, left, notes }: DriftPage) {
    const lines = [
      ...whole.map(({ words }) => words),
      ...left.map(({ name, why }) => `${name} was not compared. ${why}`),
      ...notes,
    ];
    return lines.length === 0
      ? nothing
      : html`<ul>
          ${lines.map((line) => html`<li>${marked(line)}</li>`)}
        </ul>`;
  }

  private toggle(name: string): void {
    const open = new Set(this.open);
    if (!open.delete(name)) open.add(name);
    this.open = open;
  }
}

/** Names that stand between backticks, as code. */
const marked = (words: string) =>
  words.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));

function rulesWords({ rules, false_alarms: alarms }: DriftPage): string {
  if (rules === 'evidently') return 'by Evidently’s rules';
  if (rules === 'nannyml') return 'by NannyML’s rules';
  return alarms === null
    ? ''
    : `with false alarms in at most ${formatNumber(alarms * 100)} of 100 comparisons of stable data`;
}

/** @throws Error in words for the reader */
function pageIn(text: string): DriftPage {
  try {
    return DriftPage.parse(JSON.parse(text));
  } catch {
    throw new Error(`${DRIFT_PAGE} has another form than what a comparison writes.`);
  }
}
