/** `<lw-compare-page>`: two runs of a notebook beside each other, the older one on the left. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { type ComparedRun, COMPARED_VALUES, type Side } from '../../src/protocol/pages/compareNotebook';
import '../ui/controls';
import '../ui/icon';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { linkButton } from '../ui/styles';
import { absoluteTime, countWords, isOver, reasonOf, runDuration, STATES } from '../run/words';
import { type CompareHost } from './api';
import './cells';
import { type Compared, CompareModel, MAX_EXECUTIONS } from './model';
import './valueTable';
import { compareMetrics, compareParams, type ValueRow } from './values';

type SectionId = 'params' | 'metrics' | 'cells';

@customElement('lw-compare-page')
export class ComparePage extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .head {
        position: sticky;
        top: 0;
        z-index: 10;
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 4px 24px;
        padding: 10px 20px 8px;
        background: var(--vscode-editor-background);
        border-bottom: 1px solid var(--vscode-panel-border);
      }
      h1 {
        grid-column: 1 / -1;
        margin: 0;
        font-size: 1.2em;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .run {
        display: flex;
        align-items: baseline;
        gap: 8px;
        min-width: 0;
      }
      .run lw-icon {
        align-self: flex-start;
        margin-top: 2px;
      }
      .run > div {
        min-width: 0;
        display: flex;
        flex-wrap: wrap;
        gap: 0 10px;
        align-items: baseline;
      }
      .run .link {
        font-weight: 600;
      }
      .reason {
        flex-basis: 100%;
        overflow-wrap: anywhere;
      }
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 4px;
        padding: 8px 20px 40px;
      }
      .state {
        max-width: 640px;
        padding: 20px;
      }
      .buttons {
        display: flex;
        gap: 6px;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
      }
      p {
        margin: 4px 0;
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
      @media (max-height: 400px) {
        .head {
          position: static;
        }
      }
      @container (max-width: 640px) {
        .head {
          position: static;
          grid-template-columns: minmax(0, 1fr);
          padding-inline: 12px;
        }
        main {
          padding-inline: 12px;
        }
      }
    `,
  ];

  @property({ attribute: false }) host!: CompareHost;
  private readonly closed = new Set<SectionId>();

  private model!: CompareModel;

  override connectedCallback(): void {
    super.connectedCallback();
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    // A page must be known again after a restart.
    if (given !== undefined) this.host.state = JSON.parse(given) as unknown;
    this.model = new CompareModel(this.host, () => this.requestUpdate());
    this.model.start();
  }

  protected override render() {
    const { compared, problem } = this.model;
    if (!compared)
      return problem === null
        ? html`<lw-loading class="state"></lw-loading>`
        : this.renderProblem('The runs could not be read.', problem);
    const { before, after } = compared;
    return html`
      <div class="head">
        <h1>${notebookName(after)}</h1>
        ${this.renderRun('before', before)} ${this.renderRun('after', after)}
      </div>
      ${problem === null ? nothing : this.renderProblem('What you see may be out of date.', problem)}
      <main>
        ${this.renderParams(compared)} ${this.renderMetrics(compared)}
        ${this.section('cells', 'Cells', compared.rows === null ? '' : formatNumber(compared.rows.length), () =>
          this.renderCells(compared),
        )}
      </main>
    `;
  }

  private renderCells(compared: Compared) {
    const { rows } = compared;
    const { read, total } = this.model.progress;
    if (rows === null)
      return html`<lw-loading label="Reading the cells… ${formatNumber(read)} of ${formatNumber(total)}"></lw-loading>`;
    return html`<lw-compare-cells .host=${this.host} .compared=${compared} .rows=${rows}></lw-compare-cells
      >${shortOf(compared)}`;
  }

  private renderRun(side: Side, { run }: ComparedRun) {
    const { status, startMs } = run.timing;
    const reason = reasonOf(run);
    return html`<div class="run" data-side=${side}>
      <lw-icon class=${status} name=${STATES[status].icon} ?spin=${status === 'RUNNING'}></lw-icon>
      <div>
        <button class="link" type="button" title="Open Run" @click=${() => this.host.command('openRun', { side })}>
          ${run.name}
        </button>
        <span class="quiet">${STATES[status].word} · ${runDuration(run, Date.now())} · ${absoluteTime(startMs)}</span>
        ${reason === null ? nothing : html`<span class="reason">${reason}</span>`}
      </div>
    </div>`;
  }

  private renderParams({ before, after }: Compared) {
    return this.values('params', 'Parameters', compareParams(before.params, after.params), [before, after]);
  }

  private renderMetrics({ before, after }: Compared) {
    return this.values('metrics', 'Metrics', compareMetrics(before.metrics, after.metrics), [before, after]);
  }

  private values(id: 'params' | 'metrics', heading: string, rows: readonly ValueRow[], runs: readonly ComparedRun[]) {
    if (rows.length === 0) return nothing;
    const differing = rows.filter(({ isSame }) => !isSame).length;
    const count =
      differing === 0 ? 'all the same' : `${formatNumber(differing)} of ${formatNumber(rows.length)} differ`;
    const isShort = runs.some(({ totals }) => totals[id] > COMPARED_VALUES);
    return this.section(
      id,
      heading,
      count,
      () =>
        html`<lw-value-table .rows=${rows} ?differences=${id === 'metrics'}></lw-value-table>${
            isShort
              ? html`<p class="quiet">The first ${formatNumber(COMPARED_VALUES)} of each run are compared.</p>`
              : nothing
          }`,
    );
  }

  private section(id: SectionId, heading: string, count: string, content: () => TemplateResult) {
    const isOpen = !this.closed.has(id);
    return html`<lw-section
      data-section=${id}
      heading=${heading}
      count=${count}
      ?open=${isOpen}
      @lw-toggle=${({ isOpen: open }: ToggleEvent) => {
        if (open) this.closed.delete(id);
        else this.closed.add(id);
        this.requestUpdate();
      }}
      >${isOpen ? content() : nothing}</lw-section
    >`;
  }

  private renderProblem(what: string, cause: string) {
    return html`<div class="state">
      <lw-failed what=${what} .cause=${cause}
        ><div class="buttons">
          <lw-button kind="primary" @click=${this.model.retry}>Retry</lw-button>
          <lw-button @click=${() => this.host.command('showLog', {})}>Show Log</lw-button>
        </div></lw-failed
      >
    </div>`;
  }
}

function notebookName({ notebook, run }: ComparedRun): string {
  return notebook?.path?.split(/[/\\]/).at(-1) ?? run.name;
}

/** What is not compared. */
function shortOf({ before, after }: Compared): TemplateResult | typeof nothing {
  const most = Math.max(before.totals.executions, after.totals.executions);
  const isLive = !isOver(before.run) || !isOver(after.run);
  if (most > MAX_EXECUTIONS)
    return html`<p class="quiet">${countWords(MAX_EXECUTIONS, most)} executions are compared.</p>`;
  return isLive ? html`<p class="quiet">One of the runs goes on: cells follow as they are executed.</p>` : nothing;
}
