/** `<lw-scored>`: what a scoring job has made: how its predictions are distributed, and the first rows. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import { ScoreResult, type ScoreSummary } from '../../../src/protocol/score';
import { SCORE_RESULT } from '../../../src/protocol/scoreNames';
import '../../ui/controls';
import '../../ui/states';
import { dataTable, scrollable } from '../../ui/styles';
import { type RunHost } from '../api';
import { Loaded } from '../captured/loading';
import { countWords } from '../words';
import './comparison';
import './distribution';

@customElement('lw-scored')
export class Scored extends LitElement {
  static override readonly styles = [
    scrollable,
    dataTable,
    css`
      :host {
        display: block;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        margin-bottom: 8px;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
        margin: 0 0 8px;
        overflow-wrap: anywhere;
      }
      .distributions {
        display: flex;
        flex-wrap: wrap;
        gap: 16px 32px;
        margin-bottom: 12px;
      }
      .scroll {
        max-height: min(60vh, 420px);
      }
      .scroll table {
        width: auto;
      }
      th,
      td {
        padding-inline-end: 18px;
        text-align: start;
      }
      .number {
        text-align: end;
      }
      td {
        max-width: 28em;
        overflow: hidden;
        text-overflow: ellipsis;
        unicode-bidi: plaintext;
      }
      .none {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) page!: RunPageModel;
  /** Before its output was whole. */
  @property({ type: Boolean }) ended = false;

  private readonly result = new Loaded(this, async () => {
    const { text, isCut } = await this.host.request('artifactText', { path: SCORE_RESULT });
    if (isCut) throw new Error('It is larger than the page can show.');
    return resultIn(text);
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if ((changed.has('page') || changed.has('ended')) && !this.ended) this.result.want(this.page.run.runId);
  }

  protected override render() {
    if (this.ended) return this.renderEnded();
    const { value, problem } = this.result;
    if (problem !== null)
      return html`<lw-failed quiet what="What was scored could not be read." .cause=${problem}
        ><lw-button @click=${this.result.retry}>Retry</lw-button></lw-failed
      >`;
    if (!value) return html`<lw-loading></lw-loading>`;
    const { output, errors, scored, bad, summary, comparison } = value;
    return html`<div class="bar">
        <span>${countWords(scored, scored)} rows scored${bad > 0 ? `, ${countWords(bad, bad)} bad` : ''}</span>
        <lw-button icon="file" @click=${() => this.host.command('openFile', { path: output })}>Open Output</lw-button>
        ${
          this.page.canAct
            ? html`<lw-button icon="diff" @click=${() => this.host.command('scoreAgain', {})}
                >Score Again with…</lw-button
              >`
            : nothing
        }
        ${
          errors === null
            ? nothing
            : html`<lw-button icon="warning" @click=${() => this.host.command('openFile', { path: errors })}
                >Open Bad Rows</lw-button
              >`
        }
      </div>
      ${comparison ? html`<lw-score-comparison .of=${comparison}></lw-score-comparison>` : nothing}
      ${summary ? this.renderSummary(summary, scored) : nothing}`;
  }

  private renderEnded() {
    return html`<div class="bar">
      <span>It was ended before its output was whole. What is done stays.</span>
      ${this.page.canAct ? html`<lw-button @click=${() => this.host.command('scoreOn', {})}>Go On</lw-button>` : nothing}
    </div>`;
  }

  private renderSummary(summary: ScoreSummary, scored: number) {
    const { distributions, preview } = summary;
    return html`
      ${distributions.length > 0 ? html`<p class="quiet">${besideWords(summary, scored)}</p>` : nothing}
      <div class="distributions">
        ${distributions.map((of) => html`<lw-score-distribution .of=${of}></lw-score-distribution>`)}
      </div>
      ${
        preview.rows.length === 0
          ? nothing
          : html`<div class="scroll" tabindex="0" role="region" aria-label="The first rows">
              <table>
                <thead>
                  <tr>
                    ${preview.columns.map((column, at) => html`<th class=${isNumber(preview.rows, at) ? 'number' : ''} scope="col">${column}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${preview.rows.map(
                    (row) =>
                      html`<tr>
                        ${row.map((cell, at) => renderCell(cell, isNumber(preview.rows, at)))}
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
    `;
  }
}

/** @throws Error in words for the reader */
function resultIn(text: string): ScoreResult {
  try {
    return ScoreResult.parse(JSON.parse(text));
  } catch {
    throw new Error(`${SCORE_RESULT} has another form than what a job writes.`);
  }
}

const isNumber = (rows: ScoreSummary['preview']['rows'], at: number): boolean =>
  rows.every((row) => row[at] === null || row[at] === '' || Number.isFinite(Number(row[at])));

function renderCell(cell: string | null, isNumberToo: boolean) {
  if (cell === null || cell === '') return html`<td class="none">–</td>`;
  const words = isNumberToo && /[.e]/i.test(cell) ? formatNumber(Number(cell)) : cell;
  return html`<td class=${isNumberToo ? 'number' : ''} title=${cell}>${words}</td>`;
}

function besideWords({ sampled, training, trainingProblem }: ScoreSummary, scored: number): string {
  const own =
    sampled >= scored
      ? 'Of all rows of the output.'
      : `Of ${countWords(sampled, sampled)} rows from all over the output.`;
  if (training)
    return `${own} Outlined: the first ${countWords(training.rows, training.rows)} rows of ${training.path}, which the model was trained with.`;
  return trainingProblem === null ? own : `${own} Not of the training data: ${trainingProblem}`;
}
