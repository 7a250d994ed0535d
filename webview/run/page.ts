/** `<lw-run-page>`: the run page. It asks for the run, keeps it up to date and lays its sections out. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isMlflowTag } from '../../src/protocol/mlflowTags';
import { firstWanted } from '../../src/protocol/pages/chartPlan';
import { type RunPageModel } from '../../src/protocol/pages/run';
import { DrawnEvent } from '../charts/chart';
import { type Note, type NoteOwner } from '../note/note';
import { pageProblem } from '../ui/pageProblem';
import '../ui/controls';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { visuallyHidden } from '../ui/styles';
import { causeOf, type RunHost } from './api';
import { hasModels } from './captured/modelList';
import { cellCount, hasCells } from './captured/notebookWords';
import { dataCount, driftOf, hasCode, hasData, hasNote, OPEN_AT_FIRST, type SectionId } from './contents';
import { foundIn } from './found';
import './header';
import { type EditEvent, type RunHeader, type ShowEvent } from './header';
import './metrics';
import { RunModel } from './model';
import { noteOwnerOf } from './noteOwner';
import './notices';
import { readPageState, StateKeeper } from './pageState';
import { pageStyles } from './pageStyles';
import { parameterRows, shortfall } from './parameters';
import { SeriesStore } from './seriesStore';
import './tags';
import { type Tags } from './tags';
import { announcement, countWords, isOver } from './words';

/** What is below the first charts is not waited for, nor does it wait long for them. */
const FIRST_CHART_MS = 200;

const count = (shown: number): string => (shown > 0 ? countWords(shown, shown) : '');

@customElement('lw-run-page')
export class RunPage extends LitElement {
  static override readonly styles = [visuallyHidden, pageStyles];

  @property({ attribute: false }) host!: RunHost;
  @state() private version = 0;
  /** The reader is writing the first note, the first tag: there is a section for it before there is one of them. */
  @state() private isNoting = false;
  @state() private isTagging = false;

  private model!: RunModel;
  private store!: SeriesStore;
  private kept!: StateKeeper;
  private noteOwner!: NoteOwner;
  /** Whether more is shown than what is seen first. */
  @state() private isWhole = false;
  @state() private restProblem: string | null = null;
  private hasShown = false;
  private isScrolled = false;
  /** Owns the first curves until the charts that show them do. */
  private readonly first = {};
  private spoken = '';
  private lastStatus = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    this.kept = new StateKeeper(readPageState(host.state, given), (kept) => (host.state = kept));
    this.noteOwner = noteOwnerOf(host, this.kept);
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
    window.addEventListener('keydown', this.onKey);
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  protected override render() {
    const { page, problem } = this.model;
    if (!page)
      return problem === null ? html`<lw-loading class="state"></lw-loading>` : this.renderProblem(problem, false);
    return html`
      <div class="head">
        <lw-run-header .model=${page} .host=${this.host} @lw-show=${this.show} @lw-edit=${this.onEdit}></lw-run-header>
      </div>
      ${problem === null ? nothing : this.renderProblem(problem, true)}
      <lw-run-notices class="notices" .model=${page} .host=${this.host}></lw-run-notices>
      ${this.renderSections(page)}
      <div class="visually-hidden" role="status">${this.spoken}</div>
    `;
  }

  protected override updated(): void {
    const { page } = this.model;
    if (!page) return;
    if (!this.hasShown) {
      this.hasShown = true;
      this.addEventListener(DrawnEvent.type, this.showAll, { once: true });
      setTimeout(this.showAll, page.totals.metrics > 0 && driftOf(page) === null ? FIRST_CHART_MS : 0);
    }
    if (!this.isWhole || this.isScrolled) return;
    this.isScrolled = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private readonly showAll = () => void this.loadRest();

  /** The elements of what is not seen first are a script of their own. */
  private async loadRest(): Promise<void> {
    try {
      await import('./rest');
      this.restProblem = null;
      this.isWhole = true;
    } catch (error) {
      this.restProblem = causeOf(error);
    }
  }

  private renderProblem(cause: string, isOld: boolean) {
    return pageProblem(
      isOld ? 'What you see may be out of date: the run could not be read again.' : 'The run could not be read.',
      cause,
      { retry: () => this.model.retry(), showLog: () => this.host.command('showLog', {}) },
    );
  }

  private renderSections(page: RunPageModel) {
    const { totals } = page;
    const hasTags = totals.tags > 0 || this.isTagging;
    const ownTags = totals.tags - page.tags.filter(({ key }) => isMlflowTag(key)).length;
    const hasSide = totals.params > 0 || hasTags;
    return html`<main class=${hasSide ? 'with-side' : ''}>
      ${hasNote(page) || this.isNoting || this.kept.current.draft !== undefined ? this.renderNote(page) : nothing}
      ${driftOf(page) === null ? nothing : this.renderFound(page)}
      ${this.section('metrics', 'Metrics', count(totals.metrics), () => this.renderMetrics())}
      ${
        hasSide
          ? html`<div>
              ${
                totals.params > 0
                  ? this.section('parameters', 'Parameters', count(totals.params), () => parameterRows(page))
                  : nothing
              }
              ${hasTags ? this.section('tags', 'Tags', count(ownTags), () => this.renderTags(page)) : nothing}
            </div>`
          : nothing
      }
      ${this.isWhole ? this.renderRest(page) : this.renderNoRest()}
    </main>`;
  }

  private renderNoRest() {
    const { restProblem } = this;
    if (restProblem === null) return nothing;
    return html`<lw-failed class="wide" what="The rest of the page could not be loaded." .cause=${restProblem}
      ><lw-button @click=${this.showAll}>Retry</lw-button></lw-failed
    >`;
  }

  private renderRest(page: RunPageModel) {
    const { totals, run } = page;
    return html`${driftOf(page) === null ? this.renderFound(page) : nothing}
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
      totals.figures > 0
        ? this.section('figures', 'Figures', count(totals.figures), () => this.renderFigures())
        : nothing
    }
    ${
      totals.artifacts > 0
        ? this.section('artifacts', 'Artifacts', count(totals.artifacts), () => this.renderArtifacts(page))
        : nothing
    }
    ${run.kind === 'followed' || run.kind === 'client' ? nothing : this.renderOutput(!isOver(run))}
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
    }`;
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
      () => html`<lw-output .host=${this.host} .kept=${this.kept} .version=${this.version} ?live=${live}></lw-output>`,
      html`<lw-button slot="actions" icon="link-external" @click=${() => this.host.command('openOutput', {})}
        >Open Whole Output</lw-button
      >`,
    );
  }

  private renderFound(page: RunPageModel) {
    const found = foundIn(page, this.host);
    const content = () => (this.isWhole ? (found?.render() ?? html``) : html`<lw-loading></lw-loading>`);
    return found ? this.section(found.id, found.title, '', content) : nothing;
  }

  private renderFigures() {
    return html`<lw-figures .host=${this.host} .kept=${this.kept} stamp=${String(this.version)}></lw-figures>`;
  }

  private renderNote(page: RunPageModel) {
    return this.section(
      'note',
      'Note',
      '',
      () =>
        html`<lw-note
          note=${page.note}
          .owner=${this.noteOwner}
          ?editable=${page.canAct}
          @lw-left=${() => (this.isNoting = false)}
        ></lw-note>`,
      page.canAct
        ? html`<lw-button slot="actions" icon="edit" @click=${() => void this.edit('note')}>Edit</lw-button>`
        : nothing,
    );
  }

  private renderTags(page: RunPageModel) {
    return html`<lw-tags .tags=${page.tags} .host=${this.host} ?editable=${page.canAct}></lw-tags
      >${shortfall(page.tags.length, page.totals.tags)}`;
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
    return html`${models}<lw-artifacts
        .host=${this.host}
        .kept=${this.kept}
        total=${totals.artifacts}
        stamp=${String(this.version)}
      ></lw-artifacts>`;
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

  private readonly onEdit = (event: EditEvent) => void this.edit(event.section);

  private async edit(section: EditEvent['section']): Promise<void> {
    if (section === 'note') this.isNoting = true;
    else this.isTagging = true;
    this.setOpen(section, true);
    await Promise.all([this.updateComplete, this.loadRest()]);
    if (section === 'note') await this.renderRoot.querySelector<Note>('lw-note')?.edit();
    else await this.renderRoot.querySelector<Tags>('lw-tags')?.add();
  }

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== 'F2' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.renderRoot.querySelector<RunHeader>('lw-run-header')?.rename();
  };

  private onModel(): void {
    this.version++;
    const { page } = this.model;
    if (!page) return;
    if (!this.hasShown) this.askForFirst(page);
    const { run } = page;
    const { status } = run.timing;
    if (this.lastStatus !== '' && status !== this.lastStatus) this.spoken = announcement(run, Date.now());
    this.lastStatus = status;
  }

  /** The points of what is seen first come while the page is drawn. */
  private askForFirst(page: RunPageModel): void {
    if (this.kept.current.layout === null && page.layout) this.kept.change({ layout: page.layout });
    if (!this.isOpen('metrics')) return;
    this.store.watch(this.first, firstWanted(page.metrics, this.kept.current), () => undefined);
    this.addEventListener(DrawnEvent.type, () => this.store.unwatch(this.first), { once: true });
  }

  private readonly onScroll = () => {
    if (this.isScrolled) this.kept.change({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}
