/** `<lw-compare-plot>`: the runs as parallel coordinates or as a scatter plot, with the choice of what they show. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { type RunRow } from '../../src/protocol/entities';
import { shortened } from '../charts/labels';
import { pngOf } from '../charts/picture';
import { type AxesEvent, type AxisTypeEvent, type BrushesEvent, type PickEvent } from '../plots/events';
import '../plots/parallel';
import { type Parallel } from '../plots/parallel';
import '../plots/plotTable';
import '../plots/scatter';
import { type Scatter, type ScatterAxis } from '../plots/scatter';
import { AXIS_TYPES, type AxisType, type PlotAxis } from '../plots/scale';
import { plotText } from '../plots/words';
import '../ui/controls';
import '../ui/fields';
import { type ChoiceEvent } from '../ui/fields';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import { type CompareHost } from './api';
import { axesOf, type Best, firstAxes, type Known, plotRuns } from './comparing';
import { type CompareKeeper } from './state';

const MAX_AXES = 16;
const NAME_CHARS = 40;

const MENU: readonly MenuItem[] = [
  { id: 'copy', label: 'Copy Values' },
  { id: 'svg', label: 'Save as SVG…', isFirstOfGroup: true },
  { id: 'png', label: 'Save as PNG…' },
  { id: 'csv', label: 'Save as CSV…' },
];

@customElement('lw-compare-plot')
export class ComparePlot extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      margin: 6px 0 10px;
    }
    .end {
      margin-inline-start: auto;
    }
    .empty,
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) host!: CompareHost;
  @property({ attribute: false }) kept!: CompareKeeper;
  @property() kind: 'parallel' | 'scatter' = 'parallel';
  @property({ attribute: false }) runs: readonly RunRow[] = [];
  /** Of all runs, also hidden ones, in the order of `all`. */
  @property({ attribute: false }) known!: Known;
  @property({ attribute: false }) all: readonly RunRow[] = [];
  @property({ attribute: false }) best: Best | null = null;
  @property({ attribute: false }) slotOf: (runId: string) => number = () => 0;
  /** Changes with what is kept. */
  @property({ type: Number }) version = 0;

  @query('lw-parallel, lw-scatter') private readonly plot!: Parallel | Scatter | null;

  protected override render() {
    const axes = axesOf(this.known);
    if (axes.length < 2)
      return html`<p class="empty">
        These runs have too few parameters and metrics: there is nothing to place them by.
      </p>`;
    return this.kind === 'parallel' ? this.renderParallel(axes) : this.renderScatter(axes);
  }

  private renderParallel(all: readonly PlotAxis[]) {
    const { axes: chosen, types, brushes, colourBy, isPlotTable } = this.kept.current;
    const byId = new Map(all.map((axis) => [axis.id, axis]));
    const wanted = chosen ?? firstAxes(this.known, this.best);
    const axes = wanted.flatMap((id) => byId.get(id) ?? []);
    const ids = axes.map(({ id }) => id);
    const others = all.filter(({ id }) => !ids.includes(id));
    const runs = this.plotted(axes);
    return html`
      <div class="bar">
        <lw-select
          label="Add axis"
          value=""
          .choices=${[{ value: '', label: axes.length >= MAX_AXES ? 'no room' : '—' }, ...(axes.length >= MAX_AXES ? [] : choices(others))]}
          @lw-choice=${({ value }: ChoiceEvent) => {
            if (value !== '') this.kept.change({ axes: [...ids, value] });
          }}
        ></lw-select>
        <lw-select
          label="Colour"
          .value=${ids.includes(colourBy) ? colourBy : ''}
          .choices=${[{ value: '', label: 'each run its own' }, ...choices(axes)]}
          @lw-choice=${({ value }: ChoiceEvent) => this.kept.change({ colourBy: value })}
        ></lw-select>
        ${
          Object.keys(brushes).length === 0
            ? nothing
            : html`<lw-button @click=${() => this.kept.change({ brushes: {} })}>Clear Filters</lw-button>`
        }
        ${this.renderActions(axes)}
      </div>
      ${
        isPlotTable
          ? html`<lw-plot-table .axes=${axes} .runs=${runs} @lw-pick=${this.open}></lw-plot-table>`
          : html`<lw-parallel
              .axes=${axes}
              .runs=${runs}
              .types=${types}
              .brushes=${brushes}
              colourBy=${colourBy}
              @lw-axes=${({ ids: next }: AxesEvent) => this.kept.change({ axes: [...next] })}
              @lw-axis-type=${this.onType}
              @lw-brushes=${({ brushes: next }: BrushesEvent) => this.kept.change({ brushes: { ...next } })}
              @lw-pick=${this.open}
            ></lw-parallel>`
      }
    `;
  }

  private renderScatter(all: readonly PlotAxis[]) {
    const { types, isPlotTable, scatterColour, ...kept } = this.kept.current;
    const first = firstAxes(this.known, this.best);
    const at = (id: string) => (all.some((axis) => axis.id === id) ? id : undefined);
    const y = at(kept.y) ?? first.at(-1) ?? all[1]?.id ?? '';
    const x = at(kept.x) ?? first.find((id) => id !== y) ?? all[0]?.id ?? '';
    const colour = at(scatterColour) ?? '';
    const axes = [x, y, colour].flatMap((id) => all.find((axis) => axis.id === id) ?? []);
    const runs = this.plotted(axes);
    const axisAt = (index: number): ScatterAxis | null => {
      const axis = axes[index];
      return axis ? { axis, index, type: types[axis.id] } : null;
    };
    return html`
      <div class="bar">
        ${this.axisChoice('X', x, all, types, (value) => this.kept.change({ x: value }))}
        ${this.axisChoice('Y', y, all, types, (value) => this.kept.change({ y: value }))}
        <lw-select
          label="Colour"
          .value=${colour}
          .choices=${[{ value: '', label: 'each run its own' }, ...choices(all)]}
          @lw-choice=${({ value }: ChoiceEvent) => this.kept.change({ scatterColour: value })}
        ></lw-select>
        ${this.renderActions(axes)}
      </div>
      ${
        isPlotTable
          ? html`<lw-plot-table .axes=${axes} .runs=${runs} @lw-pick=${this.open}></lw-plot-table>`
          : html`<lw-scatter
              .runs=${runs}
              .x=${axisAt(0)}
              .y=${axisAt(1)}
              .colour=${axisAt(2)}
              @lw-pick=${this.open}
            ></lw-scatter>`
      }
    `;
  }

  private axisChoice(
    label: string,
    value: string,
    all: readonly PlotAxis[],
    types: Readonly<Record<string, AxisType>>,
    onChoice: (value: string) => void,
  ) {
    return html`<span
      ><lw-select
        label=${label}
        .value=${value}
        .choices=${choices(all)}
        @lw-choice=${(event: ChoiceEvent) => onChoice(event.value)}
      ></lw-select>
      <lw-menu
        label="Scale of ${label}"
        icon="chevron-down"
        .items=${AXIS_TYPES.map((type) => ({ id: type, label: TYPE_WORDS[type], checked: types[value] === type }))}
        @lw-menu=${({ id }: MenuEvent) => {
          const type = AXIS_TYPES.find((one) => one === id);
          if (type) this.kept.change({ types: { ...types, [value]: type } });
        }}
      ></lw-menu
    ></span>`;
  }

  private renderActions(axes: readonly PlotAxis[]) {
    const { isPlotTable } = this.kept.current;
    const items = MENU.map((item) => ({ ...item, disabled: isPlotTable && (item.id === 'svg' || item.id === 'png') }));
    return html`<lw-button
        class="end"
        kind="icon"
        icon="table"
        label="Show as Table"
        .pressed=${isPlotTable}
        @click=${() => this.kept.change({ isPlotTable: !isPlotTable })}
      ></lw-button>
      <lw-menu
        label="More Actions"
        .items=${items}
        @lw-menu=${({ id }: MenuEvent) => void this.act(id, axes)}
      ></lw-menu>`;
  }

  private plotted(axes: readonly PlotAxis[]) {
    const shown = new Set(this.runs.map(({ runId }) => runId));
    return plotRuns(this.all, this.known, axes, this.slotOf).filter(({ id }) => shown.has(id));
  }

  private readonly onType = ({ id, axisType }: AxisTypeEvent) => {
    const { types, brushes } = this.kept.current;
    // What was let through were places, and those are others now.
    const { [id]: _dropped, ...others } = brushes;
    this.kept.change({ types: { ...types, [id]: axisType }, brushes: others });
  };

  private readonly open = ({ id }: PickEvent) => this.host.command('openRun', { runId: id });

  private async act(id: string, axes: readonly PlotAxis[]): Promise<void> {
    const heading = this.kind === 'parallel' ? 'parallel' : 'scatter';
    if (id === 'copy') this.host.command('copy', { text: plotText(axes, this.plotted(axes)) });
    if (id === 'csv') this.host.command('saveText', { heading, text: plotText(axes, this.plotted(axes), ',') });
    const text = id === 'svg' || id === 'png' ? (this.plot?.toSvg() ?? null) : null;
    if (text === null) return;
    if (id === 'svg') this.host.command('savePicture', { format: 'svg', heading, text });
    else this.host.command('savePicture', { format: 'png', heading, base64: await pngOf(text) });
  }
}

const TYPE_WORDS: Readonly<Record<AxisType, string>> = {
  linear: 'Linear',
  log: 'Logarithmic',
  category: 'Categories',
};

const choices = (axes: readonly PlotAxis[]) =>
  axes.map(({ id, key, kind }) => ({
    value: id,
    label: `${shortened(key, NAME_CHARS)}${kind === 'metric' ? ' (metric)' : ''}`,
  }));
