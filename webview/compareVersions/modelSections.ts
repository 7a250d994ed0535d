/** What the models of both versions say of themselves: their signatures, what is in their files, their graphs. */
import { css, type CSSResultGroup, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type GraphDiff } from '../../src/protocol/graphDiff';
import { modelPairs, signaturePairs } from '../../src/protocol/modelDiff';
import type { GraphMarks } from '../graph/marks';
import '../modelVersion/graphSection';
import { waiting } from '../run/captured/loading';
import '../ui/controls';
import { groups } from '../ui/styles';
import { type VersionsHost } from './api';
import './graphDiff';
import { marksOf } from './graphDiff';
import './lists';
import { type Pair } from './model';
import { type Told, ToldGraphs } from './told';

type SideName = 'left' | 'right';
type Both = Readonly<Record<SideName, Told>>;

export class SideEvent extends Event {
  static readonly type = 'lw-side';
  constructor(readonly side: SideName) {
    super(SideEvent.type);
  }
}

const SIDES = ['left', 'right'] as const;

abstract class ModelSection extends LitElement {
  static override readonly styles: CSSResultGroup = groups;

  @property({ attribute: false }) pair!: Pair;
  @property({
    attribute: false,
    // What it holds changes in place; the page draws anew when it does.
    hasChanged: () => true,
  })
  told!: Both;
  @property({ type: Boolean }) differences = true;

  protected notes(): TemplateResult[] {
    const { labels } = this.pair;
    return SIDES.flatMap((side, at) =>
      this.pair[side].place ? [] : html`<p class="quiet">The files of ${labels[at]} are not in this store.</p>`,
    );
  }

  protected get here(): readonly SideName[] {
    return SIDES.filter((side) => this.pair[side].place !== null);
  }
}

@customElement('lw-pair-signature')
export class PairSignature extends ModelSection {
  protected override render() {
    const { told } = this;
    const late = this.here.find((side) => told[side].card.value === null);
    if (late) return waiting(told[late].card, 'What stands beside the model could not be read.');
    const [left, right] = SIDES.map((side) => told[side].card.value?.card?.signature ?? null);
    const without = this.pair.labels.filter(
      (_, at) => this.here.includes(at === 0 ? 'left' : 'right') && !(at === 0 ? left : right),
    );
    const lists = signaturePairs(left ?? null, right ?? null);
    return html`${this.notes()}
    ${without.length === 0 ? nothing : html`<p class="quiet">No signature came with ${without.join(' and ')}.</p>`}
    ${
      lists.length === 0
        ? nothing
        : html`<lw-pair-lists
            .lists=${lists}
            .labels=${this.pair.labels}
            .differences=${this.differences}
            same="The same signature."
          ></lw-pair-lists>`
    }`;
  }
}

@customElement('lw-pair-model')
export class PairModelFacts extends ModelSection {
  protected override render() {
    const { told, pair } = this;
    const late = this.here.find((side) => told[side].card.value === null);
    if (late) return waiting(told[late].card, 'What stands beside the model could not be read.');
    const isNone = (side: SideName) => told[side].card.value?.card?.modelFile === null;
    const failed = this.here.filter((side) => !isNone(side) && told[side].inspection.value === null);
    const lists = modelPairs(told.left.inspection.value, told.right.inspection.value);
    return html`${this.notes()}
    ${SIDES.map((side, at) =>
      this.here.includes(side) && isNone(side)
        ? html`<p class="quiet">No file of ${pair.labels[at]} is of a form that can be looked into.</p>`
        : nothing,
    )}
    ${failed.map((side) => waiting(told[side].inspection, `The file of ${pair.labels[side === 'left' ? 0 : 1]} could not be looked into.`))}
    ${
      failed.length > 0 || lists.length === 0
        ? nothing
        : html`<lw-pair-lists
            .lists=${lists}
            .labels=${pair.labels}
            .differences=${this.differences}
            same="The same in all that is told of their files."
          ></lw-pair-lists>`
    }`;
  }
}

@customElement('lw-pair-graphs')
export class PairGraphs extends ModelSection {
  static override readonly styles = [
    groups,
    css`
      :host {
        display: block;
      }
      .bar {
        margin-bottom: 8px;
      }
      lw-pair-graph-diff {
        margin-bottom: 14px;
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionsHost;
  @property() side: SideName = 'right';
  private readonly graphs = new ToldGraphs(this, () => this.host);

  protected override render() {
    const { pair, told } = this;
    const value = told[this.side].inspection.value;
    const at = this.side === 'left' ? 0 : 1;
    const areBoth = this.graphs.want(pair, told);
    const diff = areBoth ? this.graphs.diff.value : null;
    return html`${areBoth ? this.renderDiff() : nothing}
      <div class="bar" role="group" aria-label="Whose graph is drawn">
        ${SIDES.map(
          (side, index) =>
            html`<lw-button .pressed=${side === this.side} @click=${() => this.dispatchEvent(new SideEvent(side))}
              >${pair.labels[index]}</lw-button
            >`,
        )}
      </div>
      ${
        value?.format === 'onnx'
          ? html`<lw-graph-section
              .told=${value}
              .host=${this.host}
              .marks=${diff ? this.marks(diff) : undefined}
              heading=${`${pair[this.side].version.name} v${String(pair[this.side].version.version)}`}
            ></lw-graph-section>`
          : html`<p class="quiet">${pair.labels[at]} is no ONNX model: it has no graph to draw.</p>`
      }`;
  }

  private renderDiff() {
    const { diff } = this.graphs;
    if (diff.value === null) return waiting(diff, 'The graphs could not be compared.');
    return html`<lw-pair-graph-diff .diff=${diff.value} .labels=${this.pair.labels}></lw-pair-graph-diff>`;
  }

  private marked: {
    readonly diff: GraphDiff;
    readonly side: SideName;
    readonly marks: GraphMarks;
  } | null = null;

  /** The same as before where nothing changed: the graph is not drawn again then. */
  private marks(diff: GraphDiff): GraphMarks {
    const { side, pair } = this;
    if (this.marked?.diff !== diff || this.marked.side !== side)
      this.marked = { diff, side, marks: marksOf(diff, side, pair.labels[side === 'left' ? 1 : 0]) };
    return this.marked.marks;
  }
}
