/** The head of the run page: what it is, how it stands, what can be done, how it was started. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { fromWireNumber, type RunRow } from '../../src/protocol/entities';
import { codeWords } from '../../src/protocol/codeWords';
import { formatNumber } from '../../src/protocol/format';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/chip';
import '../ui/controls';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { linkButton } from '../ui/styles';
import { type RunHost } from './api';
import { findingWords, observedWords } from './captured/notebookWords';
import './title';
import { type RunTitle } from './title';
import { absoluteTime, commandWords, isOver, runDuration, STATES } from './words';

const TICK_MS = 1000;

/** The reader wants to see a section. */
export class ShowEvent extends Event {
  static readonly type = 'lw-show';
  constructor(readonly section: 'code' | 'reproducibility') {
    super(ShowEvent.type);
  }
}

/** The reader wants to write what is in a section. */
export class EditEvent extends Event {
  static readonly type = 'lw-edit';
  constructor(readonly section: 'note' | 'tags') {
    super(EditEvent.type);
  }
}

@customElement('lw-run-header')
export class RunHeader extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
      }
      .title {
        display: flex;
        align-items: baseline;
        gap: 8px;
        flex: 1 1 220px;
        min-width: 0;
      }
      .title lw-icon {
        align-self: flex-start;
        margin-top: 4px;
      }
      .words {
        min-width: 0;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 10px;
        flex: 1 1 auto;
      }
      .quiet,
      .origin {
        color: var(--vscode-descriptionForeground);
      }
      .quiet {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
        max-height: 2.8em;
        overflow: hidden;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .origin {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 6px;
        margin-top: 4px;
      }
      .command {
        min-width: 0;
        max-height: 2.8em;
        overflow: hidden;
        overflow-wrap: anywhere;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: 0.95em;
        color: var(--vscode-foreground);
      }
      .command .link {
        font-size: 1em;
      }
      .copy {
        align-self: center;
        margin-block: -4px;
      }
      .marks {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        margin-top: 4px;
      }
      .marks:empty {
        display: none;
      }
      .finding {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .finding lw-icon {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .code lw-icon {
        margin-inline-start: 4px;
        vertical-align: text-bottom;
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      bdi {
        overflow-wrap: anywhere;
      }
      .RUNNING,
      .SCHEDULED {
        color: var(--vscode-charts-blue, var(--vscode-foreground));
      }
      .FINISHED {
        color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
      }
      .FAILED {
        color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
      }
      .KILLED {
        color: var(--vscode-testing-iconSkipped, var(--vscode-foreground));
      }
    `,
  ];

  @property({ attribute: false }) model!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;
  private ticker: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.ticker = setInterval(() => {
      if (!isOver(this.model.run) && !document.hidden) this.requestUpdate();
    }, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticker);
  }

  protected override render() {
    const { run } = this.model;
    const status = run.timing.status;
    return html`
      <div class="top">
        <div class="title">
          <lw-icon class=${status} name=${STATES[status].icon} ?spin=${status === 'RUNNING'}></lw-icon>
          <div class="words">
            <lw-run-title .run=${run} .host=${this.host} ?editable=${this.model.canAct}></lw-run-title>
            <span class="quiet">${stateWords(run)}</span>
          </div>
        </div>
        <div class="actions">${this.renderActions(run)} ${this.renderMenu()}</div>
      </div>
      ${this.renderOrigin()} ${this.renderMarks()}
    `;
  }

  private renderActions(run: RunRow) {
    const { canAct } = this.model;
    const compare = html`<lw-button
      kind="icon"
      icon="diff"
      label="Compare with Other Runs…"
      @click=${() => this.host.command('compareRuns', {})}
    ></lw-button>`;
    // It is executed in an editor: nothing of ours could be started again, stopped or looked at.
    if (run.kind === 'followed' || run.kind === 'client') return compare;
    return html`
      ${
        canAct
          ? html`<lw-button kind="primary" @click=${() => this.host.command('runAgain', {})}>Run Again</lw-button>`
          : nothing
      }
      ${
        canAct && !isOver(run)
          ? html`<lw-button icon="debug-stop" @click=${() => this.host.command('stop', {})}>Stop</lw-button>`
          : nothing
      }
      <lw-button icon="terminal" @click=${() => this.host.command('showTerminal', {})}>Show Terminal</lw-button>
      ${compare}
    `;
  }

  private renderMenu() {
    const { canAct, note } = this.model;
    const edits = [
      { id: 'rename', label: 'Rename (F2)' },
      { id: 'note', label: note === '' ? 'Add Note' : 'Edit Note' },
      { id: 'tags', label: 'Add Tag' },
    ];
    return html`<lw-menu
      label="More Actions"
      .items=${[...(canAct ? edits : []), { id: 'reveal', label: 'Reveal in Runs View', isFirstOfGroup: canAct }]}
      @lw-menu=${this.onMenu}
    ></lw-menu>`;
  }

  rename(): void {
    void this.renderRoot.querySelector<RunTitle>('lw-run-title')?.rename();
  }

  private readonly onMenu = ({ id }: MenuEvent) => {
    if (id === 'reveal') this.host.command('revealInTree', {});
    else if (id === 'rename') this.rename();
    else if (id === 'note' || id === 'tags') this.dispatchEvent(new EditEvent(id));
  };

  private renderOrigin() {
    const { provenance, run } = this.model;
    const { program, rest, whole } = commandWords(provenance);
    return html`<div class="origin">
      <span class="command" title=${whole}
        >${
          provenance.kind === 'module' || provenance.kind === 'command'
            ? program
            : html`<button class="link" type="button" title="Open ${provenance.source}" @click=${this.openSource}>
                ${program}
              </button>`
        }
        ${rest}</span
      >
      <lw-button
        class="copy"
        kind="icon"
        icon="copy"
        label="Copy Command Line"
        @click=${() => this.host.command('copy', { text: whole })}
      ></lw-button>
      ${this.renderCode()}
      ${provenance.pythonVersion === null ? nothing : html`<span>python ${provenance.pythonVersion} ·</span>`}
      <span>${absoluteTime(run.timing.startMs)} ·</span>
      ${
        provenance.origin === null
          ? html`<span><bdi>${provenance.user}@${provenance.host}</bdi></span>`
          : html`<span><bdi>${provenance.user}</bdi> · imported from <bdi>${provenance.origin.source}</bdi></span>`
      }
    </div>`;
  }

  private renderCode() {
    const { code } = this.model;
    const words = code && codeWords(code);
    if (!code || !words) return nothing;
    return html`<span class="code"
      ><button
        class="link"
        type="button"
        title="Show the code"
        @click=${() => this.dispatchEvent(new ShowEvent('code'))}
      >
        ${words}</button
      >${
        code.differsCount === 0
          ? nothing
          : html`<lw-icon
              name="warning"
              role="img"
              aria-label="what was loaded differs from what was kept"
              title="What was loaded differs from what was kept"
            ></lw-icon>`
      }
      ·</span
    >`;
  }

  private renderMarks() {
    const { notebook } = this.model;
    const finding = findingWords(notebook);
    const observed = observedWords(notebook?.observed);
    if (finding === null && observed === null) return nothing;
    return html`<div class="marks">
      ${
        finding === null
          ? nothing
          : html`<span class="finding"
              ><lw-icon name="warning"></lw-icon
              ><button
                class="link"
                type="button"
                title="Show the reasons"
                @click=${() => this.dispatchEvent(new ShowEvent('reproducibility'))}
              >
                ${finding}
              </button></span
            >`
      }
      ${observed === null ? nothing : html`<lw-chip title=${observed.title}>${observed.label}</lw-chip>`}
    </div>`;
  }

  private readonly openSource = () => this.host.command('openSource', {});
}

function stateWords(run: RunRow): string {
  const parts = [STATES[run.timing.status].word, runDuration(run, Date.now())];
  if (run.headline) parts.push(`${run.headline.key} ${formatNumber(fromWireNumber(run.headline.value))}`);
  return parts.join(' · ');
}
