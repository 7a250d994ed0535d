/**
 * `<lw-compare-curves>`: one chart for each metric that at least two of the runs have, their lines over each other. What
 * was logged once has no curve and stands in the table alone.
 */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type RunRow } from '../../src/protocol/entities';
import { type CopyEvent, type SaveEvent, type TableEvent } from '../charts/card';
import { type SeriesStore } from '../run/seriesStore';
import { countWords } from '../run/words';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import '../ui/fields';
import { type ChoiceEvent, type SlideEvent } from '../ui/fields';
import { type CompareHost } from './api';
import { type Known, sharedCurves, sharedMetrics } from './comparing';
import './curve';
import { type CompareKeeper } from './state';

const FIRST_CHARTS = 24;

@customElement('lw-compare-curves')
export class CompareCurves extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 14px;
      margin: 6px 0 10px;
    }
    .charts {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr));
      gap: 12px;
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) host!: CompareHost;
  @property({ attribute: false }) kept!: CompareKeeper;
  @property({ attribute: false }) store!: SeriesStore;
  /** Those that are shown. */
  @property({ attribute: false }) runs: readonly RunRow[] = [];
  @property({ attribute: false }) all: readonly RunRow[] = [];
  @property({ attribute: false }) known!: Known;
  @property({ attribute: false }) slotOf: (runId: string) => number = () => 0;
  /** Changes when something was read anew, or is kept. */
  @property({ type: Number }) version = 0;
  @property({ type: Number }) dataVersion = 0;
  @state() private limit = FIRST_CHARTS;

  protected override render() {
    const { chartAxis, log, smoothing, chartSearch } = this.kept.current;
    const shared = sharedCurves(this.known);
    const onceCount = sharedMetrics(this.known).length - shared.length;
    if (shared.length === 0) {
      const why =
        onceCount === 0
          ? 'These runs have no metric in common.'
          : 'What these runs have in common was logged once: there are no curves. The table has the values.';
      return html`<p class="quiet">${why}</p>`;
    }
    const words = chartSearch.toLowerCase().split(/\s+/);
    const found = shared.filter(({ key }) => words.every((word) => key.toLowerCase().includes(word)));
    const charts = found.slice(0, this.limit);
    return html`
      <div class="bar">
        ${
          shared.length > 6
            ? html`<lw-filter
                label="Filter metrics"
                .value=${chartSearch}
                @lw-filter=${({ value }: FilterEvent) => this.kept.change({ chartSearch: value })}
              ></lw-filter>`
            : nothing
        }
        <lw-select
          label="X"
          .value=${chartAxis}
          .choices=${AXES}
          @lw-choice=${({ value }: ChoiceEvent) => this.kept.change({ chartAxis: value === 'time' ? 'time' : 'step' })}
        ></lw-select>
        <lw-select
          label="Y"
          .value=${log ? 'log' : 'linear'}
          .choices=${SCALES}
          @lw-choice=${({ value }: ChoiceEvent) => this.kept.change({ log: value === 'log' })}
        ></lw-select>
        <lw-slider
          label="Smooth"
          max="0.99"
          .value=${smoothing}
          @lw-slide=${({ value }: SlideEvent) => this.kept.change({ smoothing: value })}
        ></lw-slider>
        <span class="quiet" role="status"
          >${found.length === shared.length ? '' : `${countWords(found.length, shared.length)} metrics`}</span
        >
      </div>
      <div class="charts">
        ${repeat(
          charts,
          ({ key }) => key,
          ({ key, values }) =>
            html`<lw-compare-curve
              .metric=${key}
              .runs=${this.runs.filter(({ runId }) => this.has(values, runId))}
              .store=${this.store}
              .slotOf=${this.slotOf}
              .settings=${{ axis: chartAxis, log, smoothing }}
              .dataVersion=${this.dataVersion}
              ?table=${this.kept.current.chartTables.includes(key)}
              @lw-table=${({ isTable }: TableEvent) => this.setTable(key, isTable)}
              @lw-copy=${({ text }: CopyEvent) => this.host.command('copy', { text })}
              @lw-save=${(event: SaveEvent) => this.save(event, key, values)}
            ></lw-compare-curve>`,
        )}
      </div>
      ${
        found.length > charts.length
          ? html`<div class="bar">
              <lw-button @click=${() => (this.limit += FIRST_CHARTS)}>Show More</lw-button>
              <span class="quiet">${countWords(charts.length, found.length)} shown</span>
            </div>`
          : nothing
      }
    `;
  }

  private has(values: readonly unknown[], runId: string): boolean {
    const at = this.all.findIndex((run) => run.runId === runId);
    return values[at] !== null && values[at] !== undefined;
  }

  private setTable(key: string, isTable: boolean): void {
    const others = this.kept.current.chartTables.filter((one) => one !== key);
    this.kept.change({ chartTables: isTable ? [...others, key] : others });
  }

  private save({ heading, saved }: SaveEvent, key: string, values: readonly unknown[]): void {
    if (saved.format === 'csv') {
      const lines = this.runs.filter(({ runId }) => this.has(values, runId)).map(({ runId }) => ({ runId, key }));
      this.host.command('savePoints', { heading, lines });
    } else this.host.command('savePicture', { ...saved, heading });
  }
}

const AXES = [
  { value: 'step', label: 'Step' },
  { value: 'time', label: 'Time' },
];
const SCALES = [
  { value: 'linear', label: 'Linear' },
  { value: 'log', label: 'Logarithmic' },
];
