/** `<lw-model-version>`: the page of a model version. It asks for the version, keeps it up to date and lays it out. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ModelInspection } from '../../src/protocol/inspection';
import { type ModelCard } from '../../src/protocol/modelCard';
import { MAX_DESCRIPTION_CHARS, type ModelVersionModel } from '../../src/protocol/pages/modelVersion';
import '../note/note';
import { type Note, type NoteOwner } from '../note/note';
import { Loaded, waiting } from '../run/captured/loading';
import { splitPath } from '../run/captured/words';
import { pageStyles } from '../run/pageStyles';
import { countWords } from '../run/words';
import { pageProblem } from '../ui/pageProblem';
import '../ui/controls';
import '../ui/icon';
import '../ui/keyValues';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { type VersionHost } from './api';
import { conversionIn, type ConversionTold, isConversionTag } from './conversion';
import './files';
import './graphSection';
import './header';
import './history';
import './inspection';
import './lineage';
import './metrics';
import { VersionModel } from './model';
import './signature';
import { readVersionState, VersionKeeper } from './state';

/** A job of the engine is given a minute for it. */
const INSPECTION_MS = 70_000;

type SectionId =
  'metrics' | 'description' | 'conversion' | 'signature' | 'model' | 'graph' | 'files' | 'tags' | 'history';
const FOLDED_AT_FIRST: ReadonlySet<SectionId> = new Set<SectionId>(['files', 'tags']);

const count = (shown: number): string => (shown > 0 ? countWords(shown, shown) : '');

@customElement('lw-model-version')
export class ModelVersionPage extends LitElement {
  static override readonly styles = [
    pageStyles,
    css`
      .warning {
        margin: 4px 6px;
      }
      .warning lw-icon {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionHost;

  private model!: VersionModel;
  private kept!: VersionKeeper;
  private noteOwner!: NoteOwner;
  private hasShown = false;

  private readonly card = new Loaded<{ readonly card: ModelCard | null }>(this, () =>
    this.host.request('card', {}, INSPECTION_MS),
  );
  private readonly inspection = new Loaded<ModelInspection>(this, () =>
    this.host.request('inspect', { path: this.card.value?.card?.modelFile ?? '' }, INSPECTION_MS),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    this.kept = new VersionKeeper(readVersionState(host.state, given), (state) => (host.state = state));
    // Also a page that never loads must be known again after a restart.
    this.kept.flush();
    this.noteOwner = descriptionOwner(host, this.kept);
    this.model = new VersionModel(host, () => this.requestUpdate());
    this.model.start();
    window.addEventListener('scroll', this.onScroll, { passive: true });
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  /** Files of a version stay as they are: they are read once, and again where the version's source is another. */
  protected override willUpdate(): void {
    const { page } = this.model;
    if (!page?.place) return;
    const stamp = JSON.stringify(page.place);
    this.card.want(stamp);
    const { value } = this.card;
    if (value?.card && value.card.modelFile !== null)
      this.inspection.want(JSON.stringify([stamp, value.card.modelFile]));
  }

  protected override render() {
    const { page, problem, metrics } = this.model;
    if (!page)
      return problem === null ? html`<lw-loading class="state"></lw-loading>` : this.renderProblem(problem, false);
    return html`
      <div class="head">
        <lw-version-header
          .model=${page}
          .metrics=${metrics}
          .host=${this.host}
          @lw-describe=${() => void this.describe()}
        ></lw-version-header>
      </div>
      ${problem === null ? nothing : this.renderProblem(problem, true)}
      <main>
        <lw-lineage .model=${page} .host=${this.host}></lw-lineage>
        ${this.renderSections(page)}
      </main>
    `;
  }

  protected override updated(): void {
    if (this.hasShown || !this.model.page) return;
    this.hasShown = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private renderProblem(cause: string, isOld: boolean) {
    return pageProblem(
      isOld
        ? 'What you see may be out of date: the version could not be read again.'
        : 'The version could not be read.',
      cause,
      { retry: this.model.retry, showLog: () => this.host.command('showLog', {}) },
    );
  }

  private renderSections(page: ModelVersionModel) {
    const { history } = page;
    const converted = conversionIn(page.tags);
    const tags = converted ? page.tags.filter((tag) => !isConversionTag(tag)) : page.tags;
    const metrics = this.model.metrics;
    const told = this.inspection.value;
    return html`${this.section(
      'metrics',
      'Metrics',
      count(metrics?.total ?? 0),
      () =>
        html`<lw-version-metrics
          .host=${this.host}
          .kept=${this.kept}
          ?run=${page.origin !== null}
          .first=${metrics}
        ></lw-version-metrics>`,
    )}
    ${this.renderDescription(page)}
    ${converted ? this.section('conversion', 'Conversion', '', () => conversion(converted)) : nothing}
    ${this.section('signature', 'Signature', '', () => this.renderSignature(page))}
    ${this.section('model', 'Model', '', () => this.renderModel(page))}
    ${
      told?.format === 'onnx'
        ? this.section(
            'graph',
            'Graph',
            count(told.nodeCount),
            () =>
              html`<lw-graph-section
                .told=${told}
                .host=${this.host}
                heading="${page.version.name} v${page.version.version}"
              ></lw-graph-section>`,
          )
        : nothing
    }
    ${this.section('files', 'Files', '', () => this.renderFiles(page))}
    ${
      tags.length > 0
        ? this.section('tags', 'Tags', count(tags.length), () => html`<lw-key-values .rows=${tags}></lw-key-values>`)
        : nothing
    }
    ${this.section(
      'history',
      'History',
      count(history.length),
      () => html`<lw-history .history=${history}></lw-history>`,
    )}`;
  }

  private renderDescription({ version, canAct }: ModelVersionModel) {
    return this.section(
      'description',
      'Description',
      '',
      () =>
        html`<lw-note
          word="description"
          note=${version.description}
          limit=${MAX_DESCRIPTION_CHARS}
          .owner=${this.noteOwner}
          ?editable=${canAct}
        ></lw-note>`,
      canAct
        ? html`<lw-button slot="actions" icon="edit" @click=${() => void this.describe()}>Edit</lw-button>`
        : nothing,
    );
  }

  private renderSignature({ place }: ModelVersionModel): TemplateResult {
    if (!place) return elsewhere();
    const { value } = this.card;
    if (!value) return waiting(this.card, 'What stands beside the model could not be read.');
    return value.card
      ? html`<lw-signature
          .card=${value.card}
          .host=${this.host}
          ?told=${this.inspection.value?.format === 'onnx'}
        ></lw-signature>`
      : elsewhere();
  }

  private renderModel({ place }: ModelVersionModel): TemplateResult {
    if (!place) return elsewhere();
    const { value } = this.card;
    if (!value) return waiting(this.card, 'What stands beside the model could not be read.');
    const { card } = value;
    const told = this.inspection.value;
    const isNone = card?.modelFile === null;
    return html`${
        isNone ? html`<div class="quiet">No file of it is of a form that can be looked into.</div>` : nothing
      }${isNone || told ? nothing : waiting(this.inspection, 'The file could not be looked into.')}<lw-inspection
        .told=${told}
        .card=${card}
      ></lw-inspection>`;
  }

  private renderFiles({ place, version }: ModelVersionModel): TemplateResult {
    if (!place) return elsewhere();
    return html`<p class="quiet kept">${keptWords(version)}</p>
      <lw-version-files
        .host=${this.host}
        .kept=${this.kept}
        name=${splitPath(version.source).name}
        stamp=${JSON.stringify(place)}
      ></lw-version-files>`;
  }

  private section(
    id: SectionId,
    heading: string,
    shown: string,
    content: () => TemplateResult,
    actions: TemplateResult | typeof nothing = nothing,
  ) {
    const isOpen = this.isOpen(id);
    return html`<lw-section
      data-section=${id}
      heading=${heading}
      count=${shown}
      ?open=${isOpen}
      @lw-toggle=${(event: ToggleEvent) => this.setOpen(id, event.isOpen)}
      >${actions}${isOpen ? content() : nothing}</lw-section
    >`;
  }

  private isOpen(id: SectionId): boolean {
    const { open } = this.kept.current;
    return Object.hasOwn(open, id) ? open[id] === true : !FOLDED_AT_FIRST.has(id);
  }

  private setOpen(id: SectionId, isOpen: boolean): void {
    this.kept.change({ open: { ...this.kept.current.open, [id]: isOpen } });
    this.requestUpdate();
  }

  private async describe(): Promise<void> {
    this.setOpen('description', true);
    await this.updateComplete;
    await this.renderRoot.querySelector<Note>('lw-note')?.edit();
  }

  private readonly onScroll = () => {
    if (this.hasShown) this.kept.change({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}

const conversion = ({ rows, warning }: ConversionTold): TemplateResult =>
  html`${warning === null ? nothing : html`<p class="warning"><lw-icon name="warning"></lw-icon> ${warning}</p>`}<lw-key-values
      .rows=${rows}
    ></lw-key-values>`;

const elsewhere = (): TemplateResult =>
  html`<div class="quiet">Its files are not in this store: nothing can be told of them here.</div>`;

const descriptionOwner = (host: VersionHost, kept: VersionKeeper): NoteOwner => ({
  get draft() {
    return kept.current.draft;
  },
  keepDraft: (draft) => kept.change({ draft }),
  save: (description) => host.request('describe', { description }),
  openLink: (url) => host.command('openLink', { url }),
});

/** Whether they can still change. */
const keptWords = ({ digest, status }: ModelVersionModel['version']): TemplateResult =>
  digest === null
    ? status === 'PENDING_REGISTRATION'
      ? html`They are being kept apart from the run.`
      : html`They are not kept apart: they change with the run that made them.`
    : html`Kept as they were registered. <span title=${digest}>Digest ${digest.slice(0, 12)}</span>`;
