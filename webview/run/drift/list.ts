/** `<lw-drift-list>`: the features of a comparison, those that moved first; each opens. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type DriftFeature, type DriftSettings } from '../../../src/protocol/drift';
import { formatNumber } from '../../../src/protocol/format';
import '../../ui/controls';
import '../../ui/fields';
import { type ChoiceEvent } from '../../ui/fields';
import '../../ui/icon';
import { dataTable, linkButton } from '../../ui/styles';
import '../../ui/textField';
import { type TypedEvent } from '../../ui/textField';
import './feature';
import { figureWords } from './words';

/** Features that did not move and are listed before somebody asks for more. */
const SHOWN = 20;
/** Of so many one is looked for by its name. */
const MANY = 30;
/** Rows that come with one more click: so many are quickly there. */
const STEP = 200;

@customElement('lw-drift-list')
export class DriftList extends LitElement {
  static override readonly styles = [
    dataTable,
    linkButton,
    css`
      :host {
        display: block;
      }
      .filter {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        margin-bottom: 4px;
      }
      .filter lw-text-field {
        flex: 0 1 240px;
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
      p {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) features: readonly DriftFeature[] = [];
  /** Those of which another comparison would say more. */
  @property({ attribute: false }) uncertain: ReadonlySet<string> = new Set();
  /** As they are now; null where nothing can be changed. */
  @property({ attribute: false }) settings: DriftSettings | null = null;
  /** Of which comparison they are: another begins anew. */
  @property() stamp = '';
  @state() private open: ReadonlySet<string> = new Set();
  @state() private more = SHOWN;
  @state() private search = '';
  @state() private isMovedOnly = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('stamp')) return;
    const first = this.features.find(({ drift }) => drift);
    this.open = new Set(first ? [first.name] : []);
    this.more = SHOWN;
  }

  protected override render() {
    const search = this.search.trim().toLowerCase();
    const moved = this.features.filter(({ drift }) => drift).length;
    const found = this.features.filter(
      ({ name, drift }) => (drift || !this.isMovedOnly) && name.toLowerCase().includes(search),
    );
    const shown = found.slice(0, search === '' ? Math.min(moved, STEP) + this.more : this.more + STEP);
    return html`${this.features.length > MANY ? this.renderFilter(moved) : nothing}
    ${found.length === 0 ? html`<p>No such feature.</p>` : this.renderTable(shown)}
    ${
      shown.length < found.length
        ? html`<lw-button @click=${() => (this.more += STEP)}
            >Show ${formatNumber(Math.min(found.length - shown.length, STEP))} More</lw-button
          >`
        : nothing
    }`;
  }

  private renderFilter(moved: number) {
    return html`<div class="filter">
      <lw-text-field
        label="Filter by name"
        .value=${this.search}
        @lw-typed=${({ value }: TypedEvent) => (this.search = value)}
        @lw-leave=${() => (this.search = '')}
      ></lw-text-field>
      <lw-select
        label="Show"
        .choices=${[
          { value: 'all', label: `all ${formatNumber(this.features.length)}` },
          { value: 'moved', label: `the ${formatNumber(moved)} that moved` },
        ]}
        .value=${this.isMovedOnly ? 'moved' : 'all'}
        @lw-choice=${({ value }: ChoiceEvent) => (this.isMovedOnly = value === 'moved')}
      ></lw-select>
    </div>`;
  }

  private renderTable(features: readonly DriftFeature[]) {
    const hasImportance = this.features.some(({ importance }) => importance !== null);
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
    const isUncertain = this.uncertain.has(name);
    return html`<tr class=${drift ? 'drift' : ''}>
        <th scope="row">
          <button class="link" aria-expanded=${String(isOpen)} @click=${() => this.toggle(name)}>
            <lw-icon name=${isOpen ? 'chevron-down' : 'chevron-right'}></lw-icon>${name}
          </button>
        </th>
        <td>${role === 'feature' ? type : `${role}, ${type}`}</td>
        <td>
          ${drift ? html`<lw-icon name="warning"></lw-icon> ${words}` : 'did not move'}${isUncertain ? ', not certain' : nothing}
        </td>
        <td class="number">${effect ? figureWords(effect.value) : '–'}</td>
        ${hasImportance ? html`<td class="number">${figureWords(importance)}</td>` : nothing}
      </tr>
      ${
        isOpen
          ? html`<tr class="opened">
              <td class="open" colspan=${hasImportance ? 5 : 4}>
                <lw-drift-feature .of=${feature} .settings=${this.settings}></lw-drift-feature>
              </td>
            </tr>`
          : nothing
      }`;
  }

  private toggle(name: string): void {
    const open = new Set(this.open);
    if (!open.delete(name)) open.add(name);
    this.open = open;
  }
}
