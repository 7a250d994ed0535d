/**
 * `<lw-model-graph .graph=… heading="fraud v7">`: the graph of a model, drawn in layers from top to bottom.
 *
 * It is dragged, and zoomed by Ctrl and the wheel, by buttons and keys; the wheel alone scrolls the page. By keys it is one
 * tab stop: arrows go along edges and within a layer, Enter opens what is known of a node. Out: `CopyEvent`, `SaveEvent`.
 */
import { html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { ModelGraph } from '../../src/protocol/inspection';
import { formatNumber } from '../../src/protocol/format';
import { CopyEvent, SaveEvent } from '../charts/cardEvents';
import { pngOf } from '../charts/picture';
import { tableText } from '../plots/words';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import { visuallyHidden } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import './details';
import { type GoEvent, type Neighbour } from './details';
import { edgesOf, markedEdges, nodeOf } from './drawing';
import { graphStyles } from './graphStyles';
import './graphTable';
import { type GraphMarks, markOf, NO_MARKS } from './marks';
import { pageFont, textMeasure } from './measure';
import { graphPicture } from './picture';
import { place, type PlacedNode, type Placement } from './placement';
import { found, step, walksOf, type Walks } from './walking';
import { Viewport } from './viewport';
import { captionOf, tableRows } from './words';

const MENU: readonly MenuItem[] = [
  { id: 'copy', label: 'Copy as Table' },
  { id: 'svg', label: 'Save as SVG…', isFirstOfGroup: true },
  { id: 'png', label: 'Save as PNG…' },
];

const ZOOM_STEP = 1.3;
/** In pixels: a small graph takes no more than it needs. */
const STAGE_MARGIN = 24;
const MOST_HEIGHT = 480;

interface Drawn {
  readonly placement: Placement;
  readonly walks: Walks;
}

@customElement('lw-model-graph')
export class ModelGraphElement extends LitElement {
  static override readonly styles = [visuallyHidden, graphStyles];

  @property({ attribute: false }) graph: ModelGraph | null = null;
  /** For the name of a file. */
  @property() heading = 'graph';
  /** What is said of nodes besides: those are drawn otherwise. */
  @property({ attribute: false }) marks: GraphMarks = NO_MARKS;

  @state() private drawn: Drawn | null = null;
  @state() private isTable = false;
  @state() private text = '';
  /** Nodes in which the text is. */
  @state() private hits: readonly number[] = [];
  /** Of `hits`. */
  @state() private hit = -1;
  /** The tab stop. */
  @state() private active = 0;
  @state() private hovered: number | null = null;
  /** Whose details are shown. */
  @state() private chosen: number | null = null;
  @query('svg.plot') private readonly plot!: SVGSVGElement | null;

  private font = '';
  private stopTheme: (() => void) | null = null;
  private readonly viewport = new Viewport();

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTheme = onThemeChange(() => {
      // Colours are the style sheet's; another font is of another width.
      if (this.font === pageFont()) return;
      this.redraw();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTheme?.();
    this.viewport.detach();
  }

  /** A picture of all of it; null where nothing is drawn. */
  toSvg(isOfPoints = false): string | null {
    const world = this.plot?.querySelector<SVGGElement>('.world');
    return world && this.drawn ? graphPicture(world, this.drawn.placement, isOfPoints) : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('graph')) return;
    this.redraw();
    this.text = '';
    [this.hits, this.hit] = [[], -1];
    [this.hovered, this.chosen] = [null, null];
    this.active = this.drawn?.walks.order[0] ?? 0;
  }

  private redraw(): void {
    this.font = pageFont();
    const placement = this.graph && place(this.graph, textMeasure(this.font));
    this.drawn = placement && { placement, walks: walksOf(placement) };
  }

  protected override updated(): void {
    const { plot, drawn } = this;
    if (!plot || !drawn) {
      this.viewport.detach();
      return;
    }
    const height = Math.min(drawn.placement.height + 2 * STAGE_MARGIN, MOST_HEIGHT);
    this.style.setProperty('--lw-graph-height', `${String(height)}px`);
    this.viewport.attach(plot, drawn.placement, this.startOf(drawn));
  }

  /** Where one begins to read: what has nothing above it. */
  private startOf({ placement, walks }: Drawn): { x: number; y: number } {
    const { x = 0, top: y = 0 } = placement.nodes[walks.order[0] ?? 0] ?? {};
    return { x, y };
  }

  protected override render() {
    const { graph, drawn } = this;
    if (!graph || !drawn) return nothing;
    if (graph.nodes.length === 0) return html`<p class="empty">The graph of this model has no nodes.</p>`;
    return html`
      ${this.renderBar(graph, drawn)}
      ${
        this.isTable
          ? html`<lw-graph-table .nodes=${this.inOrder(graph, drawn)}></lw-graph-table>`
          : html`<div class="stage">${this.renderPlot(graph, drawn)}</div>
              ${this.renderDetails(graph, drawn)}`
      }
      <div class="caption">${captionOf(graph)}</div>
    `;
  }

  private inOrder(graph: ModelGraph, { walks }: Drawn) {
    return walks.order.flatMap((node) => graph.nodes[node] ?? []);
  }

  private renderBar(graph: ModelGraph, drawn: Drawn) {
    const items = MENU.map((item) => ({ ...item, disabled: this.isTable && item.id !== 'copy' }));
    const zoom = (icon: 'zoom-in' | 'zoom-out' | 'screen-full', label: string, act: () => void) =>
      html`<lw-button kind="icon" icon=${icon} label=${label} @click=${act}></lw-button>`;
    return html`<div class="bar">
      ${
        this.isTable
          ? nothing
          : html`<lw-filter
                label="Find nodes"
                .value=${this.text}
                @lw-filter=${({ value }: FilterEvent) => this.find(value)}
                @keydown=${this.onFindKey}
              ></lw-filter>
              <span class="hits" role="status">${this.hitWords}</span>`
      }
      <span class="tools">
        ${
          this.isTable
            ? nothing
            : html`${zoom('zoom-out', 'Zoom Out', () => this.viewport.zoom(1 / ZOOM_STEP))}
              ${zoom('zoom-in', 'Zoom In', () => this.viewport.zoom(ZOOM_STEP))}
              ${zoom('screen-full', 'Show All', () => this.viewport.fit())}`
        }
        <lw-button
          kind="icon"
          icon="table"
          label="Show as Table"
          .pressed=${this.isTable}
          @click=${() => (this.isTable = !this.isTable)}
        ></lw-button>
        <lw-menu
          label="More Actions"
          .items=${items}
          @lw-menu=${({ id }: MenuEvent) => void this.act(id, graph, drawn)}
        ></lw-menu>
      </span>
    </div>`;
  }

  private get hitWords(): string {
    if (this.text.trim() === '') return '';
    if (this.hits.length === 0) return 'Not found';
    return `${formatNumber(this.hit + 1)} of ${formatNumber(this.hits.length)}`;
  }

  private renderPlot(graph: ModelGraph, { placement }: Drawn) {
    const { active, hits, hit, chosen, marks } = this;
    const marked = this.hovered ?? chosen;
    const isHit = new Set(hits);
    return html`<svg
      class="plot"
      role="application"
      aria-roledescription="graph"
      aria-label="Graph of the model: ${captionOf(graph)}"
      aria-description="Down and up arrows go along edges, left and right within a layer. Enter shows the details of a node, plus, minus and 0 zoom."
      @keydown=${this.onKey}
      @click=${this.onClick}
      @pointerover=${this.onPoint}
      @pointerleave=${() => (this.hovered = null)}
      @focusin=${this.onFocus}
    >
      <g class="world">
        ${guard([placement], () => edgesOf(placement))}
        ${guard([placement, marked], () => (marked === null ? nothing : markedEdges(placement, marked)))}
        ${guard(
          [placement, active, hits, hit, chosen, marks],
          () =>
            svg`${placement.nodes.map((node, index) =>
              nodeOf(node, index, {
                isTabStop: index === active,
                isFound: isHit.has(index),
                isCurrent: hits[hit] === index,
                isChosen: chosen === index,
                mark: markOf(node.node, marks),
              }),
            )}`,
        )}
      </g>
    </svg>`;
  }

  private renderDetails(graph: ModelGraph, { walks }: Drawn) {
    const node = this.chosen === null ? undefined : graph.nodes[this.chosen];
    if (this.chosen === null || !node) return nothing;
    const neighbours = (indices: readonly number[] = []): Neighbour[] =>
      indices.flatMap((index) => {
        const other = graph.nodes[index];
        return other ? [{ index, node: other }] : [];
      });
    return html`<lw-graph-details
      .node=${node}
      .givers=${neighbours(walks.before[this.chosen])}
      .users=${neighbours(walks.after[this.chosen])}
      @lw-go=${({ node: index }: GoEvent) => {
        this.chosen = index;
        this.show(index);
      }}
      @lw-close=${this.closeDetails}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape') this.closeDetails();
      }}
    ></lw-graph-details>`;
  }

  private readonly closeDetails = () => {
    this.chosen = null;
    void this.focusNode(this.active);
  };

  private find(text: string): void {
    const { drawn, graph } = this;
    this.text = text;
    this.hits = drawn && graph ? found(graph.nodes, drawn.walks.order, text) : [];
    this.goToHit(this.hits.length === 0 ? -1 : 0);
  }

  private readonly onFindKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing || this.hits.length === 0) return;
    event.preventDefault();
    const count = this.hits.length;
    this.goToHit((this.hit + (event.shiftKey ? count - 1 : 1)) % count);
  };

  private goToHit(hit: number): void {
    this.hit = hit;
    const node = this.hits[hit];
    if (node !== undefined) this.show(node);
  }

  /** In the middle of what is seen, without taking the focus from where it is. */
  private show(index: number): void {
    this.active = index;
    const node = this.drawn?.placement.nodes[index];
    if (node) this.viewport.centre({ x: node.x, y: node.top + node.height / 2 });
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.pressed(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Whether the key means something here. */
  private pressed(key: string): boolean {
    const { drawn } = this;
    if (!drawn) return false;
    switch (key) {
      case '+':
      case '=':
        this.viewport.zoom(ZOOM_STEP);
        return true;
      case '-':
        this.viewport.zoom(1 / ZOOM_STEP);
        return true;
      case '0':
        this.viewport.fit();
        return true;
      case 'Enter':
      case ' ':
        this.chosen = this.active;
        return true;
      case 'Escape':
        if (this.chosen === null) return false;
        this.closeDetails();
        return true;
    }
    const next = step(key, this.active, drawn.walks, drawn.placement.nodes);
    if (next === undefined) return false;
    if (next !== null) void this.focusNode(next);
    return true;
  }

  private async focusNode(index: number): Promise<void> {
    this.active = index;
    if (this.chosen !== null) this.chosen = index;
    const node = this.drawn?.placement.nodes[index];
    if (node) this.viewport.show(rectOf(node));
    await this.updateComplete;
    this.plot?.querySelector<SVGElement>(`[data-node="${String(index)}"] .key`)?.focus({ preventScroll: true });
  }

  private readonly onFocus = (event: FocusEvent) => {
    const index = nodeAt(event);
    const node = index === null ? undefined : this.drawn?.placement.nodes[index];
    // By the tab key one may come to what was dragged out of sight.
    if (node && event.target instanceof Element && event.target.matches(':focus-visible'))
      this.viewport.show(rectOf(node));
  };

  private readonly onPoint = (event: PointerEvent) => (this.hovered = this.viewport.isDragged ? null : nodeAt(event));

  private readonly onClick = (event: MouseEvent) => {
    const index = this.viewport.wasDragged ? null : nodeAt(event);
    if (index === null) return;
    this.active = index;
    this.chosen = this.chosen === index ? null : index;
  };

  private async act(id: string, graph: ModelGraph, drawn: Drawn): Promise<void> {
    if (id === 'copy') this.dispatchEvent(new CopyEvent(tableText(tableRows(this.inOrder(graph, drawn)), '\t')));
    if (id !== 'svg' && id !== 'png') return;
    const text = this.toSvg(id === 'png');
    if (text === null) return;
    const saved = id === 'svg' ? ({ format: id, text } as const) : ({ format: id, base64: await pngOf(text) } as const);
    this.dispatchEvent(new SaveEvent(this.heading, saved));
  }
}

const rectOf = ({ x, top, width, height }: PlacedNode) => ({ left: x - width / 2, top, width, height });

function nodeAt({ target }: Event): number | null {
  const found = target instanceof Element ? target.closest('[data-node]')?.getAttribute('data-node') : null;
  return typeof found === 'string' ? Number(found) : null;
}
