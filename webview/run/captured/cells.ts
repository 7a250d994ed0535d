/**
 * `<lw-cells>`: what was executed of a notebook, in order. It is divided into blocks; only those near the screen are
 * asked for and have elements for their cells.
 */
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { CELLS_AT_A_TIME, type RunPageModel } from '../../../src/protocol/pages/run';
import { type CellFiles } from '../../cells/files';
import { AnsiPalette, paletteStyles } from '../../cells/palette';
import { type RunHost } from '../api';
import { isOver } from '../words';
import './cellBlock';
import { type FoldEvent, type LongestEvent } from './cellBlock';
import { FIRST_FOLDING, type Folding, withChoice } from './folding';

@customElement('lw-cells')
export class Cells extends LitElement {
  static override readonly styles = [
    paletteStyles,
    css`
      :host {
        display: block;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;
  /** Counts the changes of the run. */
  @property({ attribute: false }) version = 0;
  @state() private folding: Folding = FIRST_FOLDING;
  @state() private longestMs = 0;

  private readonly files: CellFiles = {
    picture: async (path) => (await this.host.request('figure', { path })).dataUrl,
    text: (path) => this.host.request('artifactText', { path }),
    open: (path) => this.host.command('openArtifact', { path }),
  };

  constructor() {
    super();
    new AnsiPalette(this);
  }

  protected override render() {
    const { run, totals, isComplete } = this.page;
    const isLive = !isOver(run);
    const total = totals.executions;
    if (total === 0)
      return html`<p class="quiet">${isLive ? 'No cell has been executed yet.' : 'No cell was executed.'}</p>`;
    const stamp = isComplete ? 'complete' : String(this.version);
    const blocks = Array.from({ length: Math.ceil(total / CELLS_AT_A_TIME) }, (_, index) => index * CELLS_AT_A_TIME);
    return html`<div role="list" aria-label="Cells" @lw-fold=${this.onFold} @lw-longest=${this.onLongest}>
      ${repeat(
        blocks,
        (from) => from,
        (from) =>
          html`<lw-cell-block
            .host=${this.host}
            .files=${this.files}
            .from=${from}
            .total=${total}
            .folding=${this.folding}
            .longestMs=${this.longestMs}
            .stamp=${stamp}
            ?live=${isLive}
          ></lw-cell-block>`,
      )}
    </div>`;
  }

  fold(mode: Folding['mode']): void {
    this.folding = { mode, byHand: new Map() };
  }

  private readonly onFold = ({ ordinal, isOpen }: FoldEvent) => {
    this.folding = withChoice(this.folding, ordinal, isOpen);
  };

  private readonly onLongest = ({ longestMs }: LongestEvent) => {
    this.longestMs = Math.max(this.longestMs, longestMs);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'lw-cells': Cells;
  }
}
