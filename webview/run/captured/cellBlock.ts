/** `<lw-cell-block>`: up to 50 executions. It has elements for them as long as it is near the screen. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Execution } from '../../../src/protocol/notebooks';
import { CELLS_AT_A_TIME } from '../../../src/protocol/pages/run';
import { type CellFiles } from '../../cells/files';
import { outputsOf } from '../../cells/outputs';
import { outputStyles } from '../../cells/outputStyles';
import { firstLine, lastedMs, lastedWords, lookOf, outputWords, placeWords } from '../../cells/words';
import '../../ui/icon';
import { linkButton } from '../../ui/styles';
import { watchVisibility } from '../../ui/visibility';
import { causeOf, type RunHost } from '../api';
import { Refresher } from '../../ui/refresher';
import { cellStyles } from './cellStyles';
import { type Folding, isUnfolded } from './folding';
import { waiting } from './loading';

const INTERVAL_MS = 1000;
/** What is far away for so long is asked for anew when the reader comes back. */
const FORGET_AFTER_MS = 30_000;
/** Before anything is known of it. */
const ROW_PIXELS = 26;

export class FoldEvent extends Event {
  static readonly type = 'lw-fold';
  constructor(
    readonly ordinal: number,
    readonly isOpen: boolean,
  ) {
    super(FoldEvent.type, { bubbles: true });
  }
}

/** How long the longest execution of the run took: the bars of all blocks are drawn to it. */
export class LongestEvent extends Event {
  static readonly type = 'lw-longest';
  constructor(readonly longestMs: number) {
    super(LongestEvent.type, { bubbles: true });
  }
}

@customElement('lw-cell-block')
export class CellBlock extends LitElement {
  static override readonly styles = [linkButton, outputStyles, cellStyles];

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) files!: CellFiles;
  @property({ attribute: false }) from = 0;
  /** Of all blocks. */
  @property({ attribute: false }) total = 0;
  @property({ attribute: false }) folding!: Folding;
  @property({ attribute: false }) longestMs = 0;
  /** Asked for again when it is another one. */
  @property({ attribute: false }) stamp = '';
  @property({ type: Boolean }) live = false;

  @state() private isNear = false;
  @state() private executions: readonly Execution[] | null = null;
  @state() private problem: string | null = null;

  private asked = '';
  private stopWatching: (() => void) | null = null;
  private forgetting: ReturnType<typeof setTimeout> | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly refresher = new Refresher(() => this.load(), INTERVAL_MS);

  override connectedCallback(): void {
    super.connectedCallback();
    this.reserve((Math.min(CELLS_AT_A_TIME, this.total - this.from) || 1) * ROW_PIXELS);
    this.stopWatching = watchVisibility(this, (isNear) => this.onNear(isNear));
    this.ticking = setInterval(() => {
      if (this.live && this.isNear && !document.hidden) this.requestUpdate();
    }, INTERVAL_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching?.();
    clearTimeout(this.forgetting);
    clearInterval(this.ticking);
  }

  protected override willUpdate(): void {
    if (!this.isNear || this.stamp === this.asked || this.problem !== null) return;
    this.asked = this.stamp;
    this.refresher.ask();
  }

  protected override updated(changed: PropertyValues): void {
    if (this.isNear && this.executions !== null && (changed.has('isNear') || changed.has('executions')))
      this.style.removeProperty('height');
  }

  protected override render() {
    if (!this.isNear) return nothing;
    if (this.executions === null)
      return waiting({ problem: this.problem, retry: this.retry }, 'The cells could not be read.');
    return html`${repeat(
      this.executions,
      ({ ordinal }) => ordinal,
      (execution) => this.renderCell(execution),
    )}
    ${this.problem === null ? nothing : waiting({ problem: this.problem, retry: this.retry }, 'The cells could not be read again.')}`;
  }

  private renderCell(execution: Execution) {
    const isOpen = isUnfolded(this.folding, execution, this.total, this.live);
    const look = lookOf(execution, this.live);
    const hasEnd = execution.endMs !== null || look.state === 'running';
    const lasted = lastedMs(execution, Date.now());
    return html`<div class="cell ${look.state}" role="listitem" data-ordinal=${execution.ordinal}>
      <button
        class="row"
        type="button"
        aria-expanded=${String(isOpen)}
        @click=${() => this.dispatchEvent(new FoldEvent(execution.ordinal, !isOpen))}
      >
        <lw-icon class="chevron" name="chevron-right"></lw-icon>
        <lw-icon
          class="state"
          name=${look.icon}
          role="img"
          aria-label=${look.word}
          title=${look.word}
          ?spin=${look.state === 'running'}
        ></lw-icon>
        <span class="count">[${execution.count ?? ' '}]</span>
        <span class="place">${placeWords(execution)}</span>
        <span class="lasted">
          <svg aria-hidden="true">
            <rect width="${hasEnd ? shareOf(lasted, this.longestMs) : 0}%" height="100%"></rect>
          </svg>
          <span>${hasEnd ? lastedWords(lasted) : ''}</span>
        </span>
        <code>${firstLine(execution.source)}</code>
        <span class="hint">${isOpen ? '' : (execution.error?.name ?? outputWords(execution))}</span>
      </button>
      ${isOpen ? this.renderBody(execution) : nothing}
    </div>`;
  }

  private renderBody(execution: Execution) {
    const { source, isSourceCut, cellId, cellIndex } = execution;
    return html`<div class="body">
      <div class="links">
        ${
          cellId === null && cellIndex === null
            ? nothing
            : html`<button
                class="link"
                type="button"
                @click=${() => this.host.command('goToCell', { cellId, cellIndex })}
              >
                Go to Cell
              </button>`
        }
        ${execution.tags.map((tag) => html`<span class="quiet">${tag}</span>`)}
      </div>
      ${source === '' ? nothing : html`<pre class="source" tabindex="0" role="region" aria-label="Source">${source}</pre>`}
      ${isSourceCut ? html`<p class="quiet">The beginning of the source is shown.</p>` : nothing}
      ${outputsOf(execution, this.files)}
    </div>`;
  }

  private onNear(isNear: boolean): void {
    if (!isNear && this.isNear && this.executions !== null) this.reserve(this.offsetHeight);
    this.isNear = isNear;
    clearTimeout(this.forgetting);
    if (isNear) return;
    this.forgetting = setTimeout(() => {
      this.executions = null;
      this.asked = '';
    }, FORGET_AFTER_MS);
  }

  /** The room that it takes while there is nothing in it: what is below stays where it is. */
  private reserve(pixels: number): void {
    this.style.setProperty('height', `${String(pixels)}px`);
  }

  private async load(): Promise<void> {
    try {
      const end = this.from + CELLS_AT_A_TIME;
      const isLast = end >= this.total;
      const found: Execution[] = [];
      for (let from: number | null = this.from; from !== null;) {
        const page: { executions: Execution[]; longestMs: number; nextPageToken: string | null } =
          await this.host.request('executions', { from });
        found.push(...page.executions.filter(({ ordinal }) => isLast || ordinal < end));
        this.dispatchEvent(new LongestEvent(page.longestMs));
        const last = page.executions.at(-1);
        from = last && page.nextPageToken !== null && (isLast || last.ordinal + 1 < end) ? last.ordinal + 1 : null;
      }
      this.executions = found;
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
  }

  private readonly retry = () => {
    this.problem = null;
    this.refresher.ask();
  };
}

function shareOf(lasted: number, longestMs: number): string {
  return longestMs <= 0 ? '0' : Math.min(100, (100 * lasted) / longestMs).toFixed(1);
}
