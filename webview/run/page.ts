/** `<lw-run-page>`: the run page. It asks for the run, keeps it up to date and lays its sections out. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type RunPageModel } from '../../src/protocol/pages/run';
import '../ui/controls';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { visuallyHidden } from '../ui/styles';
import { type RunHost } from './api';
import './artifacts';
import './captured/cells';
import './captured/children';
import './captured/code';
import './captured/data';
import './captured/environment';
import { hasModels } from './captured/models';
import { cellCount, hasCells } from './captured/notebookWords';
import './captured/reproducibility';
import './captured/system';
import './figures';
import './header';
import { type ShowEvent } from './header';
import './metrics';
import { RunModel } from './model';
import './notices';
import './output/output';
import { readPageState, StateKeeper } from './pageState';
import { parameterRows, shortfall, tagRows } from './parameters';
import { SeriesStore } from './seriesStore';
import { announcement, countWords, isOver } from './words';

type SectionId =
  | 'metrics'
  | 'parameters'
  | 'tags'
  | 'children'
  | 'cells'
  | 'reproducibility'
  | 'figures'
  | 'artifacts'
  | 'output'
  | 'code'
  | 'data'
  | 'environment'
  | 'system';

const OPEN_AT_FIRST: ReadonlySet<SectionId> = new Set(['metrics', 'parameters', 'children', 'cells', 'figures']);

@customElement('lw-run-page')
export class RunPage extends LitElement {
  static override readonly styles = [
    visuallyHidden,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .head {
        position: sticky;
        top: 0;
        z-index: 10;
        padding: 10px 20px 8px;
        background: var(--vscode-editor-background);
        border-bottom: 1px solid var(--vscode-panel-border);
      }
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 4px 24px;
        padding: 8px 20px 40px;
      }
      .notices {
        padding: 8px 20px 0;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
        gap: 12px;
      }
      .state {
        max-width: 640px;
        padding: 20px;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
      .buttons {
        display: flex;
        gap: 6px;
      }
      /* In a low panel the head would leave no room for the rest. */
      @media (max-height: 400px) {
        .head {
          position: static;
        }
      }
      @container (min-width: 960px) {
        .with-side {
          grid-template-columns: minmax(0, 1fr) 300px;
        }
        .with-side > .wide {
          grid-column: 1 / -1;
        }
      }
      @container (max-width: 480px) {
        .head,
        .state {
          padding-inline: 12px;
        }
        main,
        .notices {
          padding-inline: 12px;
        }
      }
    `,
  ];

  @property({ attribute: false }) host!: RunHost;
  @state() private version = 0;

  private model!: RunModel;
  private store!: SeriesStore;
  private kept!: StateKeeper;
  private hasShown = false;
  private spoken = '';
  private lastStatus = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    this.kept = new StateKeeper(readPageState(host.state, given), (kept) => (host.state = kept));
    // Also a page that never loads must be known again after a restart.
    this.kept.flush();
    this.store = new SeriesStore((spec) => host.request('series', spec));
    this.model = new RunModel(
      host,
      () => this.onModel(),
      (key) => this.store.isWatched(key),
    );
    this.model.start();
    window.addEventListener('scroll', this.onScroll, { passive: true });
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  protected override render() {
    const { page, problem } = this.model;
    if (!page)
      return problem === null ? html`<lw-loading class="state"></lw-loading>` : this.renderProblem(problem, false);
    return html`
      <div class="head">
        <lw-run-header .model=${page} .host=${this.host} @lw-show=${this.show}></lw-run-header>
      </div>
      ${problem === null ? nothing : this.renderProblem(problem, true)}
      <lw-run-notices class="notices" .model=${page} .host=${this.host}></lw-run-notices>
      ${this.renderSections(page)}
      <div class="visually-hidden" role="status">${this.spoken}</div>
    `;
  }

  protected override updated(): void {
    if (this.hasShown || !this.model.page) return;
    this.hasShown = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private renderProblem(cause: string, isOld: boolean) {
    return html`<div class="state">
      <lw-failed
        what=${isOld ? 'What you see may be out of date: the run could not be read again.' : 'The run could not be read.'}
        .cause=${cause}
        ><div class="buttons">
          <lw-button kind="primary" @click=${() => this.model.retry()}>Retry</lw-button>
          <lw-button @click=${() => this.host.command('showLog', {})}>Show Log</lw-button>
        </div></lw-failed
      >
    </div>`;
  }

  private renderSections(page: RunPageModel) {
    const { totals, run } = page;
    const figures = page.artifacts.filter(({ kind }) => kind === 'figure');
    const hasSide = totals.params > 0 || totals.tags > 0;
    const live = !isOver(run);
    const count = (shown: number) => (shown > 0 ? countWords(shown, shown) : '');
    return html`<main class=${hasSide ? 'with-side' : ''}>
      ${this.section('metrics', 'Metrics', count(totals.metrics), () => this.renderMetrics())}
      ${
        hasSide
          ? html`<div>
              ${
                totals.params > 0
                  ? this.section('parameters', 'Parameters', count(totals.params), () => parameterRows(page))
                  : nothing
              }
              ${totals.tags > 0 ? this.section('tags', 'Tags', count(totals.tags), () => tagRows(page)) : nothing}
            </div>`
          : nothing
      }
      ${
        run.childCount > 0
          ? this.section('children', 'Children', count(run.childCount), () => this.renderChildren(page))
          : nothing
      }
      ${hasCells(page) ? this.section('cells', 'Cells', cellCount(page), () => this.renderCells(page), this.foldActions(page)) : nothing}
      ${
        page.notebook !== null && page.notebook.findingCount > 0
          ? this.section(
              'reproducibility',
              'Reproducibility',
              count(page.notebook.findingCount),
              () => html`<lw-reproducibility .page=${page} .host=${this.host}></lw-reproducibility>`,
            )
          : nothing
      }
      ${
        figures.length > 0
          ? this.section('figures', 'Figures', count(figures.length), () => this.renderFigures(figures))
          : nothing
      }
      ${
        totals.artifacts > 0
          ? this.section('artifacts', 'Artifacts', count(totals.artifacts), () => this.renderArtifacts(page))
          : nothing
      }
      ${run.kind === 'followed' ? nothing : this.renderOutput(live)}
      ${
        hasCode(page)
          ? this.section('code', 'Code', '', () => html`<lw-code .page=${page} .host=${this.host}></lw-code>`)
          : nothing
      }
      ${
        hasData(page)
          ? this.section(
              'data',
              'Data',
              dataCount(page),
              () => html`<lw-data .page=${page} .host=${this.host}></lw-data>`,
            )
          : nothing
      }
      ${this.section(
        'environment',
        'Environment',
        '',
        () => html`<lw-environment .page=${page} .host=${this.host}></lw-environment>`,
      )}
      ${
        page.system.length > 0
          ? this.section(
              'system',
              'System',
              '',
              () =>
                html`<lw-system
                  .metrics=${page.system}
                  .store=${this.store}
                  .kept=${this.kept}
                  .host=${this.host}
                ></lw-system>`,
            )
          : nothing
      }
    </main>`;
  }

  private renderMetrics() {
    return html`<lw-metrics
      .model=${this.model}
      .host=${this.host}
      .store=${this.store}
      .kept=${this.kept}
      .version=${this.version}
    ></lw-metrics>`;
  }

  private renderOutput(live: boolean) {
    return this.section(
      'output',
      'Output',
      '',
      () => html`<lw-output .host=${this.host} .version=${this.version} ?live=${live}></lw-output>`,
      html`<lw-button slot="actions" icon="link-external" @click=${() => this.host.command('openOutput', {})}
        >Open Whole Output</lw-button
      >`,
    );
  }

  private renderFigures(figures: RunPageModel['artifacts']) {
    return html`<div class="figures">
      ${repeat(
        figures,
        ({ path }) => path,
        (artifact) => html`<lw-figure .artifact=${artifact} .host=${this.host}></lw-figure>`,
      )}
    </div>`;
  }

  private renderChildren({ run, isComplete }: RunPageModel) {
    const stamp = JSON.stringify([run.childCount, run.timing.status, isComplete]);
    return html`<lw-children .host=${this.host} .total=${run.childCount} stamp=${stamp}></lw-children>`;
  }

  private foldActions({ totals }: RunPageModel) {
    if (totals.executions === 0) return nothing;
    const fold = (mode: 'all' | 'none') => () => this.renderRoot.querySelector('lw-cells')?.fold(mode);
    return html`<lw-button slot="actions" @click=${fold('all')}>Unfold All</lw-button>
      <lw-button slot="actions" @click=${fold('none')}>Fold All</lw-button>`;
  }

  private renderCells(page: RunPageModel) {
    return html`<lw-cells .page=${page} .host=${this.host} .version=${this.version}></lw-cells>`;
  }

  private renderArtifacts(page: RunPageModel) {
    const { artifacts, totals } = page;
    const models = hasModels(artifacts) ? html`<lw-models .page=${page} .host=${this.host}></lw-models>` : nothing;
    return html`${models}<lw-artifacts .artifacts=${artifacts} .host=${this.host}></lw-artifacts
      >${shortfall(artifacts.length, totals.artifacts)}`;
  }

  private section(
    id: SectionId,
    heading: string,
    count: string,
    content: () => TemplateResult,
    actions: TemplateResult | typeof nothing = nothing,
  ) {
    const isOpen = this.isOpen(id);
    const isBeside = id === 'metrics' || id === 'parameters' || id === 'tags';
    return html`<lw-section
      class=${isBeside ? '' : 'wide'}
      data-section=${id}
      heading=${heading}
      count=${count}
      ?open=${isOpen}
      ?flush=${id === 'metrics'}
      @lw-toggle=${(event: ToggleEvent) => this.setOpen(id, event.isOpen)}
      >${actions}${isOpen ? content() : nothing}</lw-section
    >`;
  }

  /** As the reader left it; else what one looks for first, which for a failed run is what it printed. */
  private isOpen(id: SectionId): boolean {
    const { open } = this.kept.current;
    if (Object.hasOwn(open, id)) return open[id] === true;
    if (id !== 'output') return OPEN_AT_FIRST.has(id);
    const page = this.model.page;
    return page !== null && (page.run.timing.status !== 'FINISHED' || page.totals.metrics === 0);
  }

  private setOpen(id: SectionId, isOpen: boolean): void {
    this.kept.change({ open: { ...this.kept.current.open, [id]: isOpen } });
    this.requestUpdate();
  }

  private readonly show = async ({ section }: ShowEvent) => {
    this.setOpen(section, true);
    await this.updateComplete;
    this.renderRoot.querySelector(`[data-section="${section}"]`)?.scrollIntoView({ block: 'center' });
  };

  private onModel(): void {
    this.version++;
    const run = this.model.page?.run;
    if (!run) return;
    const { status } = run.timing;
    if (this.lastStatus !== '' && status !== this.lastStatus) this.spoken = announcement(run, Date.now());
    this.lastStatus = status;
  }

  private readonly onScroll = () => {
    if (this.hasShown) this.kept.change({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}

/** A run without a word on what was to be captured has a section only where there is something in it. */
function hasCode({ capture, code, work }: RunPageModel): boolean {
  return code !== null || capture?.includes('code') === true || work.some(({ kind }) => kind === 'code');
}

function hasData({ capture, totals, work }: RunPageModel): boolean {
  const isThere = totals.inputs > 0 || totals.outputs > 0;
  return isThere || capture?.includes('data') === true || work.some(({ kind }) => kind === 'data');
}

function dataCount({ totals }: RunPageModel): string {
  const { inputs, outputs } = totals;
  return inputs === 0 && outputs === 0 ? '' : `${countWords(inputs, inputs)} in · ${countWords(outputs, outputs)} out`;
}
