/** `<lw-compare-cells>`: the cells of two runs, what changed unfolded, what did not counted. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Side } from '../../src/protocol/pages/compareNotebook';
import { formatNumber } from '../../src/protocol/format';
import { type CellFiles } from '../cells/files';
import { AnsiPalette, paletteStyles } from '../cells/palette';
import '../ui/icon';
import { linkButton } from '../ui/styles';
import { type CompareHost } from './api';
import './cellPair';
import { type Folded, foldSame, type Row } from './matching';
import { type Compared } from './model';

@customElement('lw-compare-cells')
export class CompareCells extends LitElement {
  static override readonly styles = [
    linkButton,
    paletteStyles,
    css`
      :host {
        display: block;
      }
      .same {
        appearance: none;
        display: flex;
        align-items: center;
        gap: 6px;
        width: 100%;
        margin: 2px 0;
        padding: 4px 6px;
        border: 0;
        border-radius: 3px;
        background: var(--vscode-diffEditor-unchangedRegionBackground, var(--vscode-editorWidget-background));
        color: var(--vscode-diffEditor-unchangedRegionForeground, var(--vscode-descriptionForeground));
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      .same:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .same:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      .same[aria-expanded='true'] lw-icon {
        transform: rotate(90deg);
      }
      p {
        margin: 4px 0;
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) host!: CompareHost;
  @property({ attribute: false }) compared!: Compared;
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** By the ordinal of the first row's later execution. */
  @state() private unfolded: ReadonlySet<number> = new Set();

  private readonly files: Readonly<Record<Side, CellFiles>> = {
    before: this.filesOf('before'),
    after: this.filesOf('after'),
  };

  constructor() {
    super();
    new AnsiPalette(this);
  }

  protected override render() {
    if (this.rows.length === 0) return html`<p>No cell was executed in either run.</p>`;
    return repeat(
      foldSame(this.rows),
      (part) => (part.kind === 'row' ? keyOf(part.row) : `same ${keyOf(part.rows[0])}`),
      (part) => this.renderPart(part),
    );
  }

  private renderPart(part: Folded) {
    if (part.kind === 'row') return this.renderRow(part.row);
    const first = part.rows[0]?.after?.ordinal ?? 0;
    const isOpen = this.unfolded.has(first);
    const count = part.rows.length;
    return html`<button class="same" type="button" aria-expanded=${String(isOpen)} @click=${() => this.toggle(first)}>
        <lw-icon name="chevron-right"></lw-icon>${formatNumber(count)} ${count === 1 ? 'cell' : 'cells'} unchanged
      </button>
      ${isOpen ? part.rows.map((row) => this.renderRow(row)) : nothing}`;
  }

  private renderRow(row: Row) {
    return html`<lw-cell-pair
      .row=${row}
      .host=${this.host}
      .files=${this.files}
      .runs=${this.compared}
    ></lw-cell-pair>`;
  }

  private toggle(first: number): void {
    const unfolded = new Set(this.unfolded);
    if (!unfolded.delete(first)) unfolded.add(first);
    this.unfolded = unfolded;
  }

  private filesOf(side: Side): CellFiles {
    return {
      picture: async (path) => (await this.host.request('figure', { side, path })).dataUrl,
      text: (path) => this.host.request('artifactText', { side, path }),
      open: (path) => this.host.command('openArtifact', { side, path }),
    };
  }
}

const keyOf = (row: Row | undefined) => `${String(row?.before?.ordinal)} ${String(row?.after?.ordinal)}`;
