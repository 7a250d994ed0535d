/** `<lw-children-plot>`: the runs below this one as parallel coordinates, up to a thousand of them. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ChildColumn, type ChildRun } from '../../../src/protocol/requests';
import { type AxesEvent, type AxisTypeEvent, type BrushesEvent, type PickEvent } from '../../plots/events';
import '../../plots/parallel';
import { type Brushes } from '../../plots/parallelLines';
import { type AxisType, type PlotAxis, type PlotRun } from '../../plots/scale';
import { type RunHost } from '../api';
import { countWords } from '../words';
import { Loaded, waiting } from './loading';

const MAX_CHILDREN_DRAWN = 1000;
/** From so many on, lines lie over each other. */
const MANY = 40;

interface Found {
  readonly columns: readonly ChildColumn[];
  readonly children: readonly ChildRun[];
}

@customElement('lw-children-plot')
export class ChildrenPlot extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      margin-bottom: 10px;
    }
    p {
      margin: 4px 0;
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) host!: RunHost;
  @property({ type: Number }) total = 0;
  @property() stamp = '';
  /** As the user has put them; null as long as they have not. */
  @state() private order: readonly string[] | null = null;
  @state() private types: Readonly<Record<string, AxisType>> = {};
  @state() private brushes: Brushes = {};
  private readonly list = new Loaded<Found>(this, () => this.read());
  private drawn: { readonly from: Found; readonly key: string; axes: PlotAxis[]; runs: PlotRun[] } | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stamp')) this.list.want(this.stamp);
  }

  protected override render() {
    const { value } = this.list;
    if (!value) return waiting(this.list, 'The child runs could not be drawn.');
    const { axes, runs } = this.prepared(value);
    if (runs.length < 2 || axes.length < 2) return nothing;
    const metric = axes.findLast(({ kind }) => kind === 'metric');
    return html`<lw-parallel
        .axes=${axes}
        .runs=${runs}
        .types=${this.types}
        .brushes=${this.brushes}
        ?many=${runs.length > MANY}
        colourBy=${metric?.id ?? ''}
        @lw-axes=${({ ids }: AxesEvent) => (this.order = ids)}
        @lw-axis-type=${this.onType}
        @lw-brushes=${({ brushes }: BrushesEvent) => (this.brushes = brushes)}
        @lw-pick=${({ id }: PickEvent) => this.host.command('openChild', { runId: id })}
      ></lw-parallel>
      ${this.total > runs.length ? html`<p>${countWords(runs.length, this.total)} are drawn.</p>` : nothing}`;
  }

  private readonly onType = ({ id, axisType }: AxisTypeEvent) => {
    const { [id]: _dropped, ...others } = this.brushes;
    this.types = { ...this.types, [id]: axisType };
    this.brushes = others;
  };

  /** The same arrays as before where nothing is new: a thousand lines are not placed again for a moved pointer. */
  private prepared(found: Found) {
    const key = JSON.stringify(this.order);
    if (this.drawn?.from === found && this.drawn.key === key) return this.drawn;
    const all = found.columns.map((column, index) => ({ ...column, id: `${column.kind} ${column.key}`, index }));
    // Parameters on the left, what came of them on the right, the first metric last.
    const ordered = [
      ...all.filter(({ kind }) => kind === 'param'),
      ...all.filter(({ kind }) => kind === 'metric').reverse(),
    ];
    const chosen = this.order?.flatMap((id) => ordered.find((axis) => axis.id === id) ?? []) ?? ordered;
    this.drawn = {
      from: found,
      key,
      axes: chosen.map(({ id, kind, key: name }) => ({ id, kind, key: name })),
      runs: found.children.map(({ run, values }) => ({
        id: run.runId,
        name: run.name,
        slot: null,
        values: chosen.map(({ index }) => values[index] ?? null),
      })),
    };
    return this.drawn;
  }

  private async read(): Promise<Found> {
    const children: ChildRun[] = [];
    for (let pageToken: string | undefined; ;) {
      const page = await this.host.request('children', {
        orderBy: { by: 'start', key: '', descending: false },
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      children.push(...page.children);
      const isEnough = children.length >= MAX_CHILDREN_DRAWN || page.children.length === 0;
      if (page.nextPageToken === null || isEnough)
        return { columns: page.columns, children: children.slice(0, MAX_CHILDREN_DRAWN) };
      pageToken = page.nextPageToken;
    }
  }
}
