/** `<lw-pair-predictions>`: what both versions say on the rows of a table, which the reader chooses. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  agreementText,
  columnsText,
  progressText,
  tableText,
  toleranceText,
  turned,
} from '../../src/protocol/predictionWords';
import { type ComparedPredictions, type PredictionsProgress } from '../../src/protocol/predictions';
import { type PredictionsOrder, type PredictionTable } from '../../src/protocol/requests/predictions';
import { HostError } from '../host';
import { causeOf } from '../run/api';
import '../ui/controls';
import { progressRing } from '../ui/controls';
import '../ui/states';
import { groups, linkButton } from '../ui/styles';
import { type VersionsHost } from './api';
import { nameOf, namesOf, type Pair } from './model';
import './predictionTables';
import { type Told } from './told';

const LOOK_AGAIN_MS = 500;

export class TableEvent extends Event {
  static readonly type = 'lw-table';
  constructor(readonly table: PredictionTable | null) {
    super(TableEvent.type);
  }
}

@customElement('lw-pair-predictions')
export class PairPredictions extends LitElement {
  static override readonly styles = [
    groups,
    linkButton,
    css`
      :host {
        display: block;
      }
      .bar {
        margin-block: 4px 8px;
      }
      .agreement {
        font-size: 1.15em;
        font-weight: 600;
      }
      .progress {
        display: inline-flex;
        align-items: center;
        gap: 8px;
      }
      .progress vscode-progress-ring {
        height: 18px;
        width: 18px;
      }
      lw-prediction-tables {
        margin-bottom: 10px;
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionsHost;
  @property({ attribute: false }) pair!: Pair;
  @property({ attribute: false, hasChanged: () => true }) told!: Readonly<Record<'left' | 'right', Told>>;
  @property({ attribute: false }) table: PredictionTable | null = null;

  @state() private found: ComparedPredictions | null = null;
  @state() private problem: string | null = null;
  @state() private progress: PredictionsProgress | null = null;
  @state() private isRunning = false;
  private asked = '';
  private turn = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // What is found meanwhile is asked for again by the next one.
    this.turn++;
    this.asked = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const stamp = this.table === null ? '' : JSON.stringify(this.order(this.table));
    if (stamp === this.asked && !changed.has('table')) return;
    if (stamp === this.asked) return;
    this.asked = stamp;
    if (this.table === null) this.forget();
    else void this.run(this.table, false);
  }

  protected override render() {
    return html`${this.renderChoice()} ${this.isRunning ? this.renderProgress() : nothing}
    ${
      this.problem === null
        ? nothing
        : html`<lw-failed quiet what="The predictions could not be compared." .cause=${this.problem}
            ><lw-button @click=${this.again}>Retry</lw-button></lw-failed
          >`
    }
    ${this.found && !this.isRunning ? this.renderFound(this.isTurned ? turned(this.found) : this.found) : nothing}`;
  }

  private renderChoice() {
    const { table, isRunning } = this;
    const examples = (['left', 'right'] as const).filter((side) => this.told[side].card.value?.card?.example);
    const label = (side: 'left' | 'right') => this.pair.labels[side === 'left' ? 0 : 1];
    const choices = html`${examples.map(
        (side) =>
          html`<lw-button
            ?disabled=${isRunning}
            @click=${() => this.choose({ kind: 'example', of: nameOf(this.pair[side]) })}
            >Input Example of ${label(side)}</lw-button
          >`,
      )}<lw-button icon="table" ?disabled=${isRunning} @click=${this.ask}>Choose Table…</lw-button>`;
    if (table === null)
      return html`<p class="quiet">
          Both are run on the rows of a table (CSV, Parquet, JSON), and what they say is compared.
        </p>
        <div class="bar">${choices}</div>`;
    return html`<div class="bar">
      ${this.renderName(table)}
      ${isRunning ? nothing : html`<lw-button icon="refresh" @click=${this.again}>Run Again</lw-button>`} ${choices}
    </div>`;
  }

  private renderName(table: PredictionTable) {
    if (table.kind === 'example') {
      const { left, labels } = this.pair;
      const isLeft = JSON.stringify(nameOf(left)) === JSON.stringify(table.of);
      return html`<span class="name">Input example of ${labels[isLeft ? 0 : 1]}</span>`;
    }
    const name = table.path.split(/[\\/]/).at(-1) ?? table.path;
    const open = () => this.host.command('openTable', { path: table.path });
    return html`<button class="link name" type="button" title=${table.path} @click=${open}>${name}</button>`;
  }

  private renderProgress() {
    const text = progressText(this.progress);
    return html`<div class="bar">
      <span class="progress">${progressRing(text)}<span role="status">${text}</span></span>
      <lw-button icon="debug-stop" @click=${this.cancel}>Cancel</lw-button>
    </div>`;
  }

  private renderFound(found: ComparedPredictions) {
    const [first, second] = this.pair.labels;
    const notes = [
      ...(found.table.cut === null ? [] : [tableText(found)]),
      columnsText(first, found.sides[0]),
      columnsText(second, found.sides[1]),
      ...(found.outputs.some(({ kind }) => kind === 'number') ? [toleranceText(found)] : []),
      ...(found.leftOut.length === 0 ? [] : [`Not compared: ${found.leftOut.join(', ')}.`]),
    ];
    return html`<p class="agreement" role="status">${agreementText(found)}</p>
      <lw-prediction-tables .found=${found} .labels=${this.pair.labels}></lw-prediction-tables>
      ${notes.map((note) => html`<p class="quiet">${note}</p>`)}`;
  }

  /** The same for whichever stands on the left: what was found once serves both. */
  private order(table: PredictionTable): PredictionsOrder {
    const versions = namesOf(this.pair);
    return { versions: this.isTurned ? versions.toReversed() : versions, table };
  }

  private get isTurned(): boolean {
    const [left, right] = [this.pair.left, this.pair.right].map(nameOf);
    if (!left || !right) return false;
    return left.name === right.name ? left.version > right.version : left.name > right.name;
  }

  private forget(): void {
    this.turn++;
    this.found = null;
    this.problem = null;
    this.isRunning = false;
  }

  private async run(table: PredictionTable, anew: boolean): Promise<void> {
    const turn = ++this.turn;
    const order = this.order(table);
    this.isRunning = true;
    this.problem = null;
    this.progress = null;
    const timer = setInterval(() => void this.look(order, turn), LOOK_AGAIN_MS);
    try {
      const found = await this.host.request('predictions', { ...order, anew }, null);
      if (turn === this.turn) this.found = found;
    } catch (error) {
      if (turn !== this.turn) return;
      this.found = null;
      this.problem = error instanceof HostError && error.code === 'cancelled' ? 'It was cancelled.' : causeOf(error);
    } finally {
      clearInterval(timer);
      if (turn === this.turn) this.isRunning = false;
    }
  }

  private async look(order: PredictionsOrder, turn: number): Promise<void> {
    try {
      const { progress } = await this.host.request('predictionsState', order);
      if (turn === this.turn && progress) this.progress = progress;
    } catch {
      // how it ends is told by what was asked for
    }
  }

  private choose(table: PredictionTable): void {
    this.found = null;
    if (JSON.stringify(table) === JSON.stringify(this.table)) void this.run(table, true);
    else this.dispatchEvent(new TableEvent(table));
  }

  private readonly ask = async (): Promise<void> => {
    const { path } = await this.host.request('chooseTable', {}, null);
    if (path !== null) this.choose({ kind: 'file', path });
  };

  private readonly again = (): void => {
    if (this.table) void this.run(this.table, true);
  };

  private readonly cancel = (): void => {
    if (this.table) this.host.command('cancelPredictions', this.order(this.table));
  };
}
