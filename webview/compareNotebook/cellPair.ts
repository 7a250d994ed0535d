/** `<lw-cell-pair>`: a cell in both runs: how its source changed, and what came out each time, side by side. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { type Execution } from '../../src/protocol/notebooks';
import { type Side } from '../../src/protocol/pages/compareNotebook';
import { type CellFiles } from '../cells/files';
import { outputsOf } from '../cells/outputs';
import { outputStyles } from '../cells/outputStyles';
import { lastedMs, lastedWords, lookOf, placeWords } from '../cells/words';
import { isOver } from '../run/words';
import '../ui/chip';
import '../ui/icon';
import { linkButton } from '../ui/styles';
import { type CompareHost } from './api';
import { diffLines, foldedLines } from './lineDiff';
import { type Row, type Verdict } from './matching';
import { type Compared } from './model';
import { pairStyles } from './pairStyles';

@customElement('lw-cell-pair')
export class CellPair extends LitElement {
  static override readonly styles = [linkButton, outputStyles, pairStyles];

  @property({ attribute: false }) row!: Row;
  @property({ attribute: false }) host!: CompareHost;
  @property({ attribute: false }) files!: Readonly<Record<Side, CellFiles>>;
  @property({ attribute: false }) runs!: Compared;

  protected override render() {
    const { before, after, verdict } = this.row;
    const place = after ?? before;
    if (!place) return nothing;
    const { cellId, cellIndex } = place;
    const hasMoved = before !== null && after !== null && before.cellIndex !== after.cellIndex;
    return html`<section class="pair" aria-label=${placeWords(place) || 'cell'}>
      <header>
        <strong>${placeWords(place) || 'cell'}</strong>
        ${hasMoved ? html`<span class="quiet">was ${placeWords(before)}</span>` : nothing}
        ${verdictWords(verdict).map((word) => html`<lw-chip>${word}</lw-chip>`)}
        <span class="links">
          <button class="link" type="button" @click=${() => this.host.command('goToCell', { cellId, cellIndex })}>
            Go to Cell
          </button>
          <button class="link" type="button" @click=${this.openDiff}>Open in Diff Editor</button>
        </span>
      </header>
      ${this.renderSource()}
      <div class="sides">${this.renderSide('before', before)} ${this.renderSide('after', after)}</div>
    </section>`;
  }

  private renderSource() {
    const before = this.row.before?.source;
    const after = this.row.after?.source;
    return html`<div class="source diff" tabindex="0" role="region" aria-label="Source">
        ${guard([before, after], () => sourceLines(before, after))}
      </div>
      ${
        this.row.before?.isSourceCut || this.row.after?.isSourceCut
          ? html`<p class="quiet">The beginning of the source is compared.</p>`
          : nothing
      }`;
  }

  private renderSide(side: Side, execution: Execution | null) {
    const title = side === 'before' ? 'Before' : 'After';
    if (!execution) return html`<div class="side" data-side=${side}><p class="quiet">${title}: not there</p></div>`;
    const look = lookOf(execution, !isOver(this.runs[side].run));
    return html`<div class="side" data-side=${side}>
      <p class="quiet ${look.state}">
        <lw-icon name=${look.icon} ?spin=${look.state === 'running'}></lw-icon>
        <span
          >${title}:
          ${look.word}${
            execution.endMs === null ? '' : ` in ${lastedWords(lastedMs(execution, execution.endMs))}`
          }${execution.count === null ? '' : ` · [${String(execution.count)}]`}</span
        >
      </p>
      ${outputsOf(execution, this.files[side])}
    </div>`;
  }

  private readonly openDiff = () => {
    const { before, after } = this.row;
    this.host.command('openSourceDiff', { before: before?.ordinal ?? null, after: after?.ordinal ?? null });
  };
}

function verdictWords(verdict: Verdict): string[] {
  switch (verdict.is) {
    case 'added':
      return ['only after'];
    case 'removed':
      return ['only before'];
    case 'same':
      return ['unchanged'];
    case 'changed':
      return [
        ...(verdict.source ? ['source changed'] : []),
        ...(verdict.state ? ['ended otherwise'] : []),
        ...(verdict.outputs ? ['outputs changed'] : []),
      ];
  }
}

const MARKS = { same: ' ', removed: '−', added: '+' } as const;
const SPOKEN = { same: '', removed: 'removed: ', added: 'added: ' } as const;

function sourceLines(before: string | undefined, after: string | undefined): TemplateResult[] {
  // What is on one side only is not marked line by line: the whole cell is that.
  if (before === undefined || after === undefined || before === after) {
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'same';
    return (after ?? before ?? '').split('\n').map((text) => line(kind, text));
  }
  return foldedLines(diffLines(before, after)).map((one) =>
    one.kind === 'fold'
      ? html`<div class="fold">${one.count} ${one.count === 1 ? 'line' : 'lines'} unchanged</div>`
      : line(one.kind, one.text),
  );
}

function line(kind: 'same' | 'removed' | 'added', text: string): TemplateResult {
  return html`<div class="line ${kind}">
    <span class="mark" aria-hidden="true">${MARKS[kind]}</span><code aria-label=${SPOKEN[kind] + text}>${text}</code>
  </div>`;
}
