/** `<lw-compare-versions>`: two versions of registered models beside each other, what differs first. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type VersionKind } from '../../src/protocol/comparedVersions';
import '../compare/code';
import { Keeper } from '../keeper';
import { pageStyles } from '../run/pageStyles';
import { pageProblem } from '../ui/pageProblem';
import '../ui/controls';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { type VersionsHost } from './api';
import './files';
import './head';
import './modelSections';
import './predictions';
import { type TableEvent } from './predictions';
import { type Pair, pairOf, PairModel } from './model';
import './rows';
import { type PageState, readPairState } from './state';
import { ToldOf } from './told';

type SectionId =
  'metrics' | 'predictions' | 'params' | 'signature' | 'files' | 'model' | 'graph' | 'code' | 'data' | 'environment';
const FOLDED_AT_FIRST: ReadonlySet<SectionId> = new Set<SectionId>(['graph', 'environment']);

@customElement('lw-compare-versions')
export class CompareVersionsPage extends LitElement {
  static override readonly styles = pageStyles;

  @property({ attribute: false }) host!: VersionsHost;

  private model!: PairModel;
  private kept!: Keeper<PageState>;
  private hasShown = false;
  private readonly told = new ToldOf(this, () => this.host);

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    this.kept = new Keeper(readPairState(host.state, given), (state) => (host.state = state));
    // Also a page that never loads must be known again after a restart.
    this.kept.flush();
    this.model = new PairModel(host, () => {
      this.noteOrder();
      this.requestUpdate();
    });
    this.model.start();
    window.addEventListener('scroll', this.onScroll, { passive: true });
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  protected override willUpdate(): void {
    const { page } = this.model;
    if (!page) return;
    for (const one of [page.left, page.right]) this.told.of(one).want(one);
  }

  protected override render() {
    const { page, problem } = this.model;
    if (!page)
      return problem === null ? html`<lw-loading class="state"></lw-loading>` : this.renderProblem(problem, false);
    const pair = pairOf(page);
    const { onlyDifferences } = this.kept.current;
    return html`<div class="head"><lw-pair-head .host=${this.host} .pair=${pair}></lw-pair-head></div>
      ${problem === null ? nothing : this.renderProblem(problem, true)}
      <main>
        <div class="buttons">
          <lw-button icon="diff" .pressed=${onlyDifferences} @click=${this.toggleDifferences}
            >${onlyDifferences ? 'Show Everything' : 'Only Differences'}</lw-button
          >
        </div>
        ${this.renderSections(pair)}
      </main>`;
  }

  protected override updated(): void {
    if (this.hasShown || !this.model.page) return;
    this.hasShown = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private renderProblem(cause: string, isOld: boolean) {
    return pageProblem(
      isOld
        ? 'What you see may be out of date: the versions could not be read again.'
        : 'The versions could not be read.',
      cause,
      { retry: this.model.retry, showLog: () => this.host.command('showLog', {}) },
    );
  }

  private renderSections(pair: Pair) {
    const [left, right] = [this.told.of(pair.left), this.told.of(pair.right)];
    const { onlyDifferences, graphOf } = this.kept.current;
    const sides = { left, right };
    const isOnnx = [left, right].some(({ inspection }) => inspection.value?.format === 'onnx');
    return html`${this.section('metrics', 'Metrics', () => this.renderRows(pair, 'metric', 'Metrics', 'No metric'))}
    ${this.section(
      'predictions',
      'Predictions',
      () =>
        html`<lw-pair-predictions
          .host=${this.host}
          .pair=${pair}
          .told=${sides}
          .table=${this.kept.current.table}
          @lw-table=${({ table }: TableEvent) => {
            this.kept.change({ table });
            this.requestUpdate();
          }}
        ></lw-pair-predictions>`,
    )}
    ${this.section('params', 'Parameters', () => this.renderRows(pair, 'param', 'Parameters', 'No parameter'))}
    ${this.section(
      'signature',
      'Signature',
      () =>
        html`<lw-pair-signature
          .pair=${pair}
          .told=${sides}
          .differences=${onlyDifferences}
          .version=${this.model.turn}
        ></lw-pair-signature>`,
    )}
    ${this.section(
      'files',
      'Files',
      () => html`<lw-pair-files .host=${this.host} .pair=${pair} .differences=${onlyDifferences}></lw-pair-files>`,
    )}
    ${this.section(
      'model',
      'Model',
      () => html`<lw-pair-model .pair=${pair} .told=${sides} .differences=${onlyDifferences}></lw-pair-model>`,
    )}
    ${
      isOnnx
        ? this.section(
            'graph',
            'Graph',
            () =>
              html`<lw-pair-graphs
                .host=${this.host}
                .pair=${pair}
                .told=${sides}
                side=${graphOf}
                @lw-side=${({ side }: { side: 'left' | 'right' } & Event) => {
                  this.kept.change({ graphOf: side });
                  this.requestUpdate();
                }}
              ></lw-pair-graphs>`,
          )
        : nothing
    }
    ${this.section('code', 'Code', () => this.renderCode(pair))}
    ${this.section('data', 'Data', () => this.renderRows(pair, 'input', 'Data', 'No file that was read'))}
    ${this.section(
      'environment',
      'Environment',
      () =>
        html`${this.renderRows(pair, 'environment', 'Environment', 'Nothing of the environment')}
        ${this.renderRows(pair, 'package', 'Packages', 'No package')}`,
    )}`;
  }

  private renderRows(pair: Pair, what: VersionKind, label: string, none: string) {
    return html`<lw-pair-rows
      what=${what}
      label=${label}
      nothing=${none}
      .host=${this.host}
      .pair=${pair}
      .turn=${this.model.turn}
      .differences=${this.kept.current.onlyDifferences}
    ></lw-pair-rows>`;
  }

  private renderCode({ left, right, labels }: Pair): TemplateResult {
    const runs = [left, right].map(({ version }) => version.run);
    const unknown = labels.filter((_, at) => (runs[at]?.name ?? null) === null);
    if (unknown.length > 0)
      return html`<p class="quiet">Which run made ${unknown.join(' and ')} is not known, or it is gone.</p>`;
    const [first, second] = runs;
    if (first?.runId === second?.runId) return html`<p class="quiet">Both were made by the same run.</p>`;
    return html`<lw-compare-code .host=${this.host} .runs=${this.sameRuns(runs)}></lw-compare-code>`;
  }

  private runs: readonly unknown[] = [];

  /** The same array as before where it holds the same runs: what was fetched for them still holds. */
  private sameRuns(runs: readonly unknown[]): readonly unknown[] {
    if (JSON.stringify(runs) !== JSON.stringify(this.runs)) this.runs = runs;
    return this.runs;
  }

  private section(id: SectionId, heading: string, content: () => TemplateResult) {
    const { open } = this.kept.current;
    const isOpen = Object.hasOwn(open, id) ? open[id] === true : !FOLDED_AT_FIRST.has(id);
    return html`<lw-section
      data-section=${id}
      heading=${heading}
      ?open=${isOpen}
      @lw-toggle=${(event: ToggleEvent) => {
        this.kept.change({ open: { ...this.kept.current.open, [id]: event.isOpen } });
        this.requestUpdate();
      }}
      >${isOpen ? content() : nothing}</lw-section
    >`;
  }

  private readonly toggleDifferences = () => {
    this.kept.change({ onlyDifferences: !this.kept.current.onlyDifferences });
    this.requestUpdate();
  };

  /** They may have been swapped; VS Code brings the page back as it was. */
  private noteOrder(): void {
    const { page } = this.model;
    if (!page) return;
    const [left, right] = [page.left, page.right].map(({ version: { name, version } }) => ({ name, version }));
    this.kept.change({ left, right });
  }

  private readonly onScroll = () => {
    if (this.hasShown) this.kept.change({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}
