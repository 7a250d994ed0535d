/** `<lw-artifacts>`: the files that a run left behind, as a tree that is read a level at a time, or as a search finds them. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Artifact } from '../../../src/protocol/entities';
import { type ArtifactEntry } from '../../../src/protocol/requests';
import '../../ui/controls';
import { type FilterEvent } from '../../ui/controls';
import '../../ui/icon';
import { type IconName } from '../../ui/icons';
import '../../ui/menu';
import { type MenuEvent } from '../../ui/menu';
import '../figure';
import { type RunHost } from '../api';
import { moreOf, Paged, waiting } from '../captured/loading';
import { type StateKeeper } from '../pageState';
import { countWords, formatSize } from '../words';
import { below, flatRow, isFolder, isPicture, type TreeRow, visibleRows } from './rows';
import { treeStyles } from './treeStyles';

const ICONS_BY_KIND: Readonly<Record<Artifact['kind'], IconName>> = {
  file: 'file',
  directory: 'folder',
  figure: 'file-media',
  model: 'package',
  chart: 'graph',
};

/** Fewer than this are found by looking. */
const SEARCH_FROM = 9;

type EntryRow = Extract<TreeRow, { kind: 'entry' }>;

@customElement('lw-artifacts')
export class Artifacts extends LitElement {
  static override readonly styles = treeStyles;

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) kept!: StateKeeper;
  @property({ type: Number }) total = 0;
  /** What is shown is read again when this changes. */
  @property() stamp = '';

  /** The row that the keys act on. */
  @state() private active = '';
  @state() private hovered = '';
  @state() private previewed: string | null = null;

  private readonly levels = new Map<string, Paged<ArtifactEntry>>();
  private readonly found = new Paged<Artifact>(this, async (pageToken) => {
    const reply = await this.host.request('artifacts', { search: this.search, ...token(pageToken) });
    return { items: reply.artifacts, next: reply.nextPageToken };
  });

  private get search(): string {
    return this.kept.current.artifactSearch;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('stamp')) return;
    for (const under of ['', ...this.kept.current.folders]) this.level(under).want(this.stamp);
    if (this.search !== '') this.found.want(this.stamp);
  }

  protected override render() {
    const isSearch = this.search !== '';
    const rows = isSearch
      ? this.found.items.map(flatRow)
      : visibleRows((under) => this.levels.get(under), new Set(this.kept.current.folders));
    return html`
      ${
        this.total < SEARCH_FROM && !isSearch
          ? nothing
          : html`<div class="bar">
              <lw-filter label="Search artifacts" .value=${this.search} @lw-filter=${this.onSearch}></lw-filter>
              <span class="quiet" role="status">${isSearch ? this.foundWords() : ''}</span>
            </div>`
      }
      <div role="tree" aria-label="Artifacts" @keydown=${this.onKey} @contextmenu=${this.onContextMenu}>
        ${repeat(
          rows,
          (row) => (row.kind === 'entry' ? row.entry.path : `end ${row.under}`),
          (row) => (row.kind === 'entry' ? this.renderEntry(row, this.activeOf(rows)) : this.renderEnd(row)),
        )}
      </div>
      ${isSearch ? (this.found.hasLoaded ? moreOf(this.found, 'Show More') : waiting(this.found, 'The artifacts could not be searched.')) : nothing}
    `;
  }

  private foundWords(): string {
    const { items, next, hasLoaded } = this.found;
    if (!hasLoaded) return '';
    if (items.length === 0) return 'No artifact has such a path.';
    return `${countWords(items.length, items.length)}${next === null ? '' : '+'} found`;
  }

  private activeOf(rows: readonly TreeRow[]): string {
    const entries = rows.filter((row) => row.kind === 'entry');
    return (entries.find(({ entry }) => entry.path === this.active) ?? entries[0])?.entry.path ?? '';
  }

  private renderEntry(row: EntryRow, active: string) {
    const { entry, level, isOpen } = row;
    const { path, name, artifact } = entry;
    const icon = isFolder(entry) ? (isOpen ? 'folder-opened' : 'folder') : ICONS_BY_KIND[artifact?.kind ?? 'file'];
    const isPreviewed = this.previewed === path && artifact !== null;
    return html`<div
      class="item"
      role="treeitem"
      data-path=${path}
      aria-level=${level}
      aria-label="${name} ${sizeOf(entry)}${artifact ? `, ${artifact.kind}` : ''}"
      aria-selected=${String(path === active)}
      aria-expanded=${isFolder(entry) ? String(isOpen) : nothing}
      tabindex=${path === active ? 0 : -1}
      @focus=${() => (this.active = path)}
      @pointerenter=${() => (this.hovered = path)}
      @click=${(event: Event) => this.onClick(event, row)}
    >
      <div class="row level-${Math.min(level, 12)}">
        <lw-icon class="twist ${isOpen ? 'open' : ''}" name="chevron-right" ?hidden=${!isFolder(entry)}></lw-icon>
        <lw-icon name=${icon}></lw-icon>
        <span class="name" title=${path}>${name}</span>
        <span class="size">${sizeOf(entry)}</span>
        <span class="actions"
          >${artifact && (path === active || path === this.hovered) ? this.renderActions(artifact, isPreviewed) : nothing}</span
        >
      </div>
      ${isPreviewed ? html`<lw-figure class="preview" .artifact=${artifact} .host=${this.host}></lw-figure>` : nothing}
    </div>`;
  }

  private renderActions(artifact: Artifact, isPreviewed: boolean) {
    const { path } = artifact;
    return html`${
        isPicture(artifact)
          ? html`<lw-button
              kind="icon"
              icon="eye"
              label="Preview"
              .pressed=${isPreviewed}
              @click=${() => this.preview(artifact)}
            ></lw-button>`
          : nothing
      }<lw-menu
        label="Actions for ${path}"
        .items=${[
          { id: 'open', label: 'Open' },
          { id: 'save', label: 'Save As…' },
          { id: 'reveal', label: 'Reveal in File Explorer' },
          { id: 'copy', label: 'Copy Path' },
        ]}
        @lw-menu=${({ id }: MenuEvent) => this.act(id, path)}
      ></lw-menu>`;
  }

  private renderEnd({ list, level, under }: Extract<TreeRow, { kind: 'end' }>) {
    const paged = this.level(under);
    return html`<div class="end level-${Math.min(level, 12)}" role="treeitem" aria-level=${level} aria-label="More">
      ${list.hasLoaded ? moreOf(paged, 'Show More') : waiting(paged, 'The artifacts could not be listed.')}
    </div>`;
  }

  private level(under: string): Paged<ArtifactEntry> {
    const known = this.levels.get(under);
    if (known) return known;
    const made = new Paged<ArtifactEntry>(this, async (pageToken) => {
      const reply = await this.host.request('artifactFolder', { under, ...token(pageToken) });
      return { items: reply.entries, next: reply.nextPageToken };
    });
    this.levels.set(under, made);
    return made;
  }

  private act(id: string, path: string): void {
    if (id === 'open') this.host.command('openArtifact', { path });
    else if (id === 'save') this.host.command('saveArtifact', { path });
    else if (id === 'reveal') this.host.command('revealArtifact', { path });
    else if (id === 'copy') this.host.command('copyArtifactPath', { path });
  }

  private preview({ path }: Artifact): void {
    this.previewed = this.previewed === path ? null : path;
  }

  private onClick(event: Event, { entry, isOpen }: EntryRow): void {
    // A click on one of the row's own buttons is that button's.
    if (event.composedPath().some((target) => target instanceof Element && target.matches('.actions, .preview')))
      return;
    this.active = entry.path;
    if (isFolder(entry)) this.setOpen(entry, !isOpen);
    else this.act('open', entry.path);
  }

  private setOpen(entry: ArtifactEntry, isOpen: boolean): void {
    const under = below(entry);
    const others = this.kept.current.folders.filter((folder) => folder !== under);
    this.kept.change({ folders: isOpen ? [...others, under] : others });
    if (isOpen) this.level(under).want(this.stamp);
    this.requestUpdate();
  }

  private readonly onSearch = (event: FilterEvent) => {
    event.stopPropagation();
    this.kept.change({ artifactSearch: event.value });
    this.requestUpdate();
    if (event.value !== '') void this.found.restart();
  };

  private readonly onContextMenu = (event: Event) => {
    const row = event.composedPath().find((target) => target instanceof HTMLElement && target.role === 'treeitem');
    if (!(row instanceof HTMLElement)) return;
    event.preventDefault();
    void this.openMenu(row.dataset.path ?? '');
  };

  private async openMenu(path: string): Promise<void> {
    this.active = path;
    await this.updateComplete;
    this.rowOf(path)?.querySelector('lw-menu')?.shadowRoot?.querySelector<HTMLElement>('lw-button')?.click();
  }

  private rowOf(path: string): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }

  private readonly onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.role !== 'treeitem' || event.altKey) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.item')];
    const at = rows.indexOf(target);
    if (!this.goOn(event, target, rows, at)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Whether the key means something here. */
  private goOn(event: KeyboardEvent, row: HTMLElement, rows: readonly HTMLElement[], at: number): boolean {
    const path = row.dataset.path ?? '';
    const expanded = row.ariaExpanded;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== 'c') return false;
      this.act('copy', path);
      return true;
    }
    switch (event.key) {
      case 'ArrowDown':
        rows[at + 1]?.focus();
        return true;
      case 'ArrowUp':
        rows[at - 1]?.focus();
        return true;
      case 'Home':
        rows[0]?.focus();
        return true;
      case 'End':
        rows.at(-1)?.focus();
        return true;
      case 'ArrowRight':
        if (expanded === 'false') row.click();
        else if (expanded === 'true') rows[at + 1]?.focus();
        return true;
      case 'ArrowLeft':
        if (expanded === 'true') row.click();
        else
          rows
            .slice(0, at)
            .findLast((other) => Number(other.ariaLevel) < Number(row.ariaLevel))
            ?.focus();
        return true;
      case 'Enter':
        row.click();
        return true;
      case ' ':
        row.querySelector<HTMLElement>('lw-button[icon=eye]')?.click();
        return true;
      case 'ContextMenu':
      case 'F10':
        if (event.key === 'F10' && !event.shiftKey) return false;
        void this.openMenu(path);
        return true;
      default:
        return false;
    }
  }
}

function sizeOf(entry: ArtifactEntry): string {
  if (isFolder(entry))
    return `${countWords(entry.count, entry.count)} ${entry.count === 1 ? 'file' : 'files'} · ${formatSize(entry.sizeBytes)}`;
  const { artifact } = entry;
  if (!artifact || artifact.kind === 'directory' || (artifact.kind === 'model' && artifact.sizeBytes === 0)) return '';
  return formatSize(artifact.sizeBytes);
}

const token = (pageToken: string | undefined) => (pageToken === undefined ? {} : { pageToken });
