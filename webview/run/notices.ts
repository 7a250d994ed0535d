/** Why the run did not finish, and what has to be said about how it was tracked. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/controls';
import '../ui/icon';
import { type RunHost } from './api';
import { stillRecorded, workWords } from './captured/words';
import { absoluteTime, countWords, reasonOf } from './words';

/** Whether they can be higher than their place: then they are scrolled, by keyboard, too. */
const mayScroll = (notes: RunPageModel['notes']) => notes.length > 4 || notes.some(({ text }) => text.length > 400);

@customElement('lw-run-notices')
export class RunNotices extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    p,
    li {
      display: flex;
      gap: 6px;
      margin: 0;
      padding: 3px 0;
    }
    span {
      min-width: 0;
      overflow-wrap: anywhere;
      white-space: pre-wrap;
      unicode-bidi: plaintext;
      text-align: left;
    }
    ul {
      list-style: none;
      margin: 0;
      padding: 0;
      max-height: 30vh;
      overflow-y: auto;
    }
    ul:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
    .reason {
      flex-wrap: wrap;
      align-items: center;
      font-weight: 600;
    }
    .reason span {
      max-width: calc(100% - 22px);
    }
    .error {
      color: var(--vscode-notificationsErrorIcon-foreground, var(--vscode-errorForeground));
    }
    .warning {
      color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
    }
    .info {
      color: var(--vscode-editorInfo-foreground, var(--vscode-foreground));
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) model!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;

  protected override render() {
    const { run, notes, totals } = this.model;
    const reason = reasonOf(run);
    const coming = stillRecorded(this.model);
    const isFailure = run.timing.status === 'FAILED';
    return html`
      ${coming.length === 0 ? nothing : html`<p class="quiet" role="status">Still being recorded: ${coming.join(', ')}</p>`}
      ${
        reason === null
          ? nothing
          : html`<p class="reason">
              <lw-icon class=${isFailure ? 'error' : 'info'} name=${isFailure ? 'error' : 'info'}></lw-icon
              ><span>${reason}</span>${this.renderWays()}
            </p>`
      }
      ${run.deleted ? this.renderDeleted() : nothing} ${this.renderFailures()}
      ${
        notes.length === 0
          ? nothing
          : html`<ul aria-label="Notes" tabindex=${mayScroll(notes) ? 0 : nothing}>
              ${notes.map(
                ({ level, text, timestampMs }) =>
                  html`<li title=${absoluteTime(timestampMs)}>
                    <lw-icon class=${level} name=${level} role="img" aria-label=${level}></lw-icon><span>${text}</span>
                  </li>`,
              )}
            </ul>`
      }
      ${
        notes.length < totals.notes
          ? html`<p class="quiet">${countWords(notes.length, totals.notes)} notes are shown.</p>`
          : nothing
      }
    `;
  }

  private renderDeleted() {
    return html`<p class="reason" role="status">
      <lw-icon class="info" name="trash"></lw-icon
      ><span>This run was deleted. It can be restored until space is freed.</span>
      <lw-button @click=${() => this.host.command('restore', {})}>Restore</lw-button>
    </p>`;
  }

  /** To the cell at which a notebook did not go on. */
  private renderWays() {
    const { run, notebook } = this.model;
    if (run.stoppedAt === null) return nothing;
    const { cellId, cellIndex } = run.stoppedAt;
    return html`<lw-button @click=${() => this.host.command('goToCell', { cellId, cellIndex })}>Go to Cell</lw-button>
      ${
        notebook?.executed === undefined
          ? nothing
          : html`<lw-button @click=${() => this.host.command('openExecuted', {})}>Open Executed Notebook</lw-button>`
      }`;
  }

  private renderFailures() {
    const failures = this.model.work.filter(({ state }) => state === 'failed');
    return failures.map(
      ({ kind, reason }) =>
        html`<p>
          <lw-icon class="warning" name="warning" role="img" aria-label="warning"></lw-icon
          ><span>The ${workWords(kind)} could not be recorded${reason === null ? '.' : `: ${reason}`}</span>
          <lw-button @click=${() => this.host.command('showLog', {})}>Show Log</lw-button>
        </p>`,
    );
  }
}
