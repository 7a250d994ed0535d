/** `<lw-drift-feature>`: all that is found of one feature. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type DriftFeature, type DriftSettings, type SideFacts } from '../../../src/protocol/drift';
import { TEST_TITLES } from '../../../src/protocol/driftTests';
import { dataTable } from '../../ui/styles';
import { percentWords } from '../scored/shares';
import './overlay';
import './tests';
import { edgeWords, figureWords, pWords, thresholdWords } from './words';

@customElement('lw-drift-feature')
export class DriftFeatureView extends LitElement {
  static override readonly styles = [
    dataTable,
    css`
      :host {
        display: block;
      }
      .parts {
        display: flex;
        flex-wrap: wrap;
        gap: 12px 32px;
        align-items: flex-start;
      }
      .parts > * {
        min-width: 0;
        max-width: 100%;
      }
      table {
        width: auto;
      }
      th,
      td {
        padding-inline-end: 14px;
        text-align: start;
        white-space: normal;
      }
      tbody th {
        position: static;
        box-shadow: none;
        font-weight: 400;
      }
      th.number,
      td.number {
        text-align: end;
        white-space: nowrap;
      }
      tr.drift th,
      tr.drift td {
        font-weight: 600;
      }
      table + table,
      lw-drift-tests + table {
        margin-top: 10px;
      }
      p {
        margin: 8px 0 0;
        color: var(--vscode-descriptionForeground);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) of!: DriftFeature;
  /** As they are now; null where nothing can be changed. */
  @property({ attribute: false }) settings: DriftSettings | null = null;

  protected override render() {
    const { tests, notes, appeared, vanished } = this.of;
    return html`<div class="parts">
        <lw-drift-overlay .of=${this.of}></lw-drift-overlay>
        <div>
          ${tests.length > 0 ? this.renderTests() : nothing}
          ${this.settings ? html`<lw-drift-tests .of=${this.of} .settings=${this.settings}></lw-drift-tests>` : nothing}
          ${this.renderFacts()}
        </div>
      </div>
      ${appeared && appeared.count > 0 ? html`<p>New: ${listed(appeared)}</p>` : nothing}
      ${vanished && vanished.count > 0 ? html`<p>Gone: ${listed(vanished)}</p>` : nothing}
      ${notes.map((note) => html`<p>${note}</p>`)}`;
  }

  private renderTests() {
    return html`<table aria-label="Tests of ${this.of.name}">
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th class="number" scope="col">Value</th>
          <th class="number" scope="col">p</th>
          <th scope="col">Drifts from</th>
        </tr>
      </thead>
      <tbody>
        ${this.of.tests.map(
          (test) =>
            html`<tr class=${test.drift ? 'drift' : ''}>
              <th scope="row">${TEST_TITLES[test.name]}</th>
              <td class="number">${figureWords(test.statistic)}</td>
              <td class="number">${pWords(test)}</td>
              <td>${thresholdWords(test)}${test.drift ? ' ✓' : nothing}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderFacts() {
    const { reference, current, type } = this.of;
    const row = (label: string, of: (side: SideFacts) => string | null) => {
      const [before, now] = [of(reference), of(current)];
      if (before === null && now === null) return nothing;
      return html`<tr>
        <th scope="row">${label}</th>
        <td class="number">${before ?? '–'}</td>
        <td class="number">${now ?? '–'}</td>
      </tr>`;
    };
    const number = (of: (facts: NonNullable<SideFacts['numbers']>) => number) => (side: SideFacts) =>
      side.numbers === null ? null : edgeWords(of(side.numbers), type);
    return html`<table aria-label="What ${this.of.name} is in both tables">
      <thead>
        <tr>
          <th scope="col"></th>
          <th class="number" scope="col">Reference</th>
          <th class="number" scope="col">Current</th>
        </tr>
      </thead>
      <tbody>
        ${row('Rows', ({ rows }) => formatNumber(rows))}
        ${row('Missing', ({ rows, missing }) => percentWords(rows === 0 ? 0 : missing / rows))}
        ${row('Different values', ({ distinct }) => (distinct === null ? null : formatNumber(distinct)))}
        ${row(
          'Median',
          number(({ median }) => median),
        )}
        ${row(
          'Mean',
          number(({ mean }) => mean),
        )}
        ${
          type === 'date'
            ? nothing
            : row(
                'Standard deviation',
                number(({ deviation }) => deviation),
              )
        }
        ${row(
          'Least',
          number(({ min }) => min),
        )}
        ${row(
          'Most',
          number(({ max }) => max),
        )}
      </tbody>
    </table>`;
  }
}

function listed({ count, values }: NonNullable<DriftFeature['appeared']>): string {
  const shown = values
    .map(({ value, share }) => `${value === '' ? 'nothing' : value} (${percentWords(share)})`)
    .join(', ');
  return count > values.length ? `${shown} and ${formatNumber(count - values.length)} more` : shown;
}
