/** `<lw-compare-runs>`: several runs beside each other; each has its colour, the best by a metric is marked. */
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ComparedKind } from '../../src/protocol/compared';
import { type RunRow } from '../../src/protocol/entities';
import { ColourBook } from '../charts/colours';
import { shortened } from '../charts/labels';
import { SeriesStore } from '../run/seriesStore';
import { countWords } from '../run/words';
import { pageProblem } from '../ui/pageProblem';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import '../ui/fields';
import { type ChoiceEvent } from '../ui/fields';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/states';
import { type CompareHost } from './api';
import './chips';
import { type HiddenEvent } from './chips';
import './code';
import { type Best, bestOfRuns, orderOf, sharedMetrics } from './comparing';
import './curves';
import { type Compared, CompareModel, MAX_KNOWN } from './model';
import { pageStyles } from './pageStyles';
import './plots';
import { CompareKeeper, readCompareState, SORTS, type Sort, type Tab, TABS } from './state';
import './table';

const TAB_WORDS: Readonly<Record<Tab, string>> = {
  curves: 'Curves',
  parallel: 'Parallel',
  scatter: 'Scatter',
  table: 'Table',
  code: 'Code',
  data: 'Data',
  environment: 'Environment',
};

const SORT_WORDS: Readonly<Record<Sort, string>> = {
  added: 'as added',
  name: 'by name',
  start: 'newest first',
  best: 'best first',
};

/** Kinds that stand below each other in a tab, with what to say where there is nothing. */
const TABLES: Readonly<Record<'table' | 'data' | 'environment', readonly (readonly [ComparedKind, string, string])[]>> =
  {
    table: [
      ['run', 'Run', 'Nothing of what they are'],
      ['param', 'Parameters', 'No parameter'],
      ['metric', 'Metrics', 'No metric'],
      ['tag', 'Tags', 'No tag'],
    ],
    data: [
      ['input', 'Data In', 'No file that was read'],
      ['output', 'Data Out', 'No file that was written'],
    ],
    environment: [
      ['environment', 'Environment', 'Nothing of the environment'],
      ['package', 'Packages', 'No package'],
      ['system', 'Use of the Machine', 'No measurement'],
    ],
  };

@customElement('lw-compare-runs')
export class CompareRunsPage extends LitElement {
  static override readonly styles = pageStyles;

  @property({ attribute: false }) host!: CompareHost;

  private model!: CompareModel;
  private kept!: CompareKeeper;
  private store!: SeriesStore;
  private colours!: ColourBook;
  private version = 0;
  private hasShown = false;
  private readonly slotOf = (runId: string) => this.colours.slotOf(runId);

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    const update = () => {
      this.version++;
      this.requestUpdate();
    };
    const kept = readCompareState(host.state, given);
    this.kept = new CompareKeeper(kept, (state) => (host.state = state), update);
    // Also a page that never loads must be known again after a restart.
    this.kept.flush();
    this.colours = new ColourBook(kept.slots);
    this.store = new SeriesStore(({ runId = '', ...spec }) => host.request('series', { ...spec, runId }));
    this.model = new CompareModel(host, () => {
      this.onModel();
      update();
    });
    this.model.start();
    window.addEventListener('scroll', this.onScroll, { passive: true });
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  protected override render() {
    const { compared, problem } = this.model;
    if (!compared)
      return problem === null
        ? html`<lw-loading class="state"></lw-loading>`
        : this.renderProblem('The runs could not be read.', problem);
    const { runs, known } = compared;
    const best = bestOfRuns(runs, known, this.kept.current);
    const sorted = orderOf(runs, this.kept.current.sort, best, known).flatMap((index) => runs[index] ?? []);
    return html`
      ${this.renderHead(compared, sorted, best)}
      ${problem === null ? nothing : this.renderProblem('What you see may be out of date.', problem)}
      ${compared.gone.map((runId) => this.renderGone(runId))}
      <main id="content" role="tabpanel" aria-label=${TAB_WORDS[this.kept.current.tab]}>
        ${
          runs.length < 2
            ? html`<p class="quiet">Two runs or more can be compared.</p>
                <lw-button kind="primary" icon="add" @click=${() => this.host.command('addRuns', {})}
                  >Add Runs…</lw-button
                >`
            : this.renderTab(compared, sorted, best)
        }
      </main>
    `;
  }

  protected override updated(): void {
    if (this.hasShown || !this.model.compared) return;
    this.hasShown = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private renderHead({ runs, known }: Compared, sorted: readonly RunRow[], best: Best | null) {
    const { tab, hidden, sort } = this.kept.current;
    const words = best ? `Best by ${best.key}, ${best.goal === 'min' ? 'lower' : 'higher'} is better` : '';
    const metrics = sharedMetrics(known).map(({ key }) => ({ value: key, label: shortened(key, 40) }));
    return html`<div class="head">
      <div class="top">
        <h1>Compare</h1>
        <span class="quiet">${countWords(runs.length, runs.length)} ${runs.length === 1 ? 'run' : 'runs'}</span>
        <div class="choices">
          ${
            best
              ? html`<lw-select
                    label="Best by"
                    .value=${best.key}
                    .choices=${metrics}
                    @lw-choice=${({ value }: ChoiceEvent) => this.kept.change({ bestBy: value, goal: null })}
                  ></lw-select>
                  <lw-button
                    icon=${best.goal === 'min' ? 'arrow-down' : 'arrow-up'}
                    kind="icon"
                    label="${best.goal === 'min' ? 'Lower' : 'Higher'} Is Better: Switch"
                    @click=${() => this.kept.change({ bestBy: best.key, goal: best.goal === 'min' ? 'max' : 'min' })}
                  ></lw-button>`
              : nothing
          }
          <lw-select
            label="Runs"
            .value=${sort}
            .choices=${SORTS.map((value) => ({ value, label: SORT_WORDS[value] }))}
            @lw-choice=${({ value }: ChoiceEvent) =>
              this.kept.change({ sort: SORTS.find((one) => one === value) ?? 'added' })}
          ></lw-select>
        </div>
      </div>
      <lw-run-chips
        .host=${this.host}
        .runs=${sorted}
        .hiddenRuns=${hidden}
        .slotOf=${this.slotOf}
        best=${best?.runId ?? ''}
        bestWords=${words}
        @lw-hidden=${({ hidden: next }: HiddenEvent) => this.kept.change({ hidden: [...next] })}
      ></lw-run-chips>
      <div class="tabs" role="tablist" aria-label="What is compared" @keydown=${this.onTabKey}>
        ${TABS.map(
          (one) =>
            html`<button
              type="button"
              role="tab"
              data-tab=${one}
              aria-selected=${String(one === tab)}
              aria-controls="content"
              tabindex=${one === tab ? 0 : -1}
              @click=${() => this.kept.change({ tab: one })}
            >
              ${TAB_WORDS[one]}
            </button>`,
        )}
      </div>
    </div>`;
  }

  private renderTab(compared: Compared, sorted: readonly RunRow[], best: Best | null) {
    const { tab, hidden } = this.kept.current;
    const shown = sorted.filter(({ runId }) => !hidden.includes(runId));
    const { runs: all, known, version: dataVersion, isCut } = compared;
    const cut = isCut
      ? html`<p class="quiet">The first ${countWords(MAX_KNOWN, MAX_KNOWN)} parameters and metrics are drawn.</p>`
      : nothing;
    switch (tab) {
      case 'curves':
        return html`${cut}<lw-compare-curves
            .host=${this.host}
            .kept=${this.kept}
            .store=${this.store}
            .runs=${shown}
            .all=${all}
            .known=${known}
            .slotOf=${this.slotOf}
            .version=${this.version}
            .dataVersion=${dataVersion}
          ></lw-compare-curves>`;
      case 'parallel':
      case 'scatter':
        return html`${cut}<lw-compare-plot
            kind=${tab}
            .host=${this.host}
            .kept=${this.kept}
            .runs=${shown}
            .all=${all}
            .known=${known}
            .best=${best}
            .slotOf=${this.slotOf}
            .version=${this.version}
          ></lw-compare-plot>`;
      case 'code':
        return html`<lw-compare-code .host=${this.host} .runs=${sameList(this, all)}></lw-compare-code>`;
      case 'table':
      case 'data':
      case 'environment':
        return this.renderTables(tab, shown, dataVersion);
    }
  }

  private renderTables(tab: 'table' | 'data' | 'environment', shown: readonly RunRow[], dataVersion: number) {
    const { onlyDifferences, tableSearch } = this.kept.current;
    if (shown.length < 2) return html`<p class="quiet">Show two runs or more to compare them in a table.</p>`;
    const columns = sameList(this, shown);
    return html`<div class="bar">
        <lw-filter
          label="Filter rows"
          .value=${tableSearch}
          @lw-filter=${({ value }: FilterEvent) => this.kept.change({ tableSearch: value })}
        ></lw-filter>
        <lw-button
          icon="diff"
          .pressed=${onlyDifferences}
          @click=${() => this.kept.change({ onlyDifferences: !onlyDifferences })}
          >${onlyDifferences ? 'Show Everything' : 'Only Differences'}</lw-button
        >
      </div>
      ${TABLES[tab].map(
        ([what, heading, nothingWords]) =>
          html`<lw-compared-table
            what=${what}
            heading=${heading}
            nothing=${nothingWords}
            .host=${this.host}
            .runs=${columns}
            .slotOf=${this.slotOf}
            .differences=${onlyDifferences}
            search=${tableSearch}
            .version=${dataVersion}
          ></lw-compared-table>`,
      )}`;
  }

  private renderGone(runId: string) {
    return html`<lw-failed class="notices" what="The run ${shortened(runId, 40)} is no longer in the store." quiet
      ><lw-button @click=${() => this.host.command('removeRun', { runId })}
        >Remove from Comparison</lw-button
      ></lw-failed
    >`;
  }

  private renderProblem(what: string, cause: string) {
    return pageProblem(what, cause, { retry: this.model.retry, showLog: () => this.host.command('showLog', {}) });
  }

  /** The order in which runs were added gives the colours, and each keeps its own. */
  private onModel(): void {
    const { compared } = this.model;
    if (!compared) return;
    const runIds = [...compared.runs.map(({ runId }) => runId), ...compared.gone];
    for (const runId of Object.keys(this.colours.kept)) if (!runIds.includes(runId)) this.colours.forget(runId);
    for (const { runId } of compared.runs) this.colours.slotOf(runId);
    this.kept.note({ runIds, slots: { ...this.colours.kept } });
  }

  private readonly onTabKey = (event: KeyboardEvent) => {
    const at = TABS.indexOf(this.kept.current.tab);
    const next = {
      ArrowRight: (at + 1) % TABS.length,
      ArrowLeft: (at - 1 + TABS.length) % TABS.length,
      Home: 0,
      End: TABS.length - 1,
    }[event.key];
    const tab = next === undefined ? undefined : TABS[next];
    if (!tab) return;
    event.preventDefault();
    this.kept.change({ tab });
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-tab="${tab}"]`)?.focus());
  };

  private readonly onScroll = () => {
    if (this.hasShown) this.kept.note({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}

const lists = new WeakMap<object, readonly RunRow[]>();

/** The same array as before where it holds the same runs: what was fetched for them still holds. */
function sameList(owner: object, runs: readonly RunRow[]): readonly RunRow[] {
  const before = lists.get(owner);
  const isSame =
    before?.length === runs.length &&
    runs.every(({ runId, name }, at) => runId === before[at]?.runId && name === before[at].name);
  if (isSame) return before;
  lists.set(owner, runs);
  return runs;
}
