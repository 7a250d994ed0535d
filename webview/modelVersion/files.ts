/** `<lw-version-files>`: the files of the version, a level at a time. */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatSize } from '../../src/protocol/format';
import { type VersionFile } from '../../src/protocol/pages/modelVersion';
import { moreOf, Paged, waiting } from '../run/captured/loading';
import { splitPath } from '../run/captured/words';
import '../ui/icon';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { groups, linkButton } from '../ui/styles';
import { type VersionHost } from './api';
import { type VersionKeeper } from './state';

const ACTIONS = [
  { id: 'openFile', label: 'Open' },
  { id: 'saveFile', label: 'Save As…' },
  { id: 'revealFile', label: 'Reveal in File Explorer' },
  { id: 'copyFilePath', label: 'Copy Path' },
] as const;

@customElement('lw-version-files')
export class VersionFiles extends LitElement {
  static override readonly styles = [
    groups,
    linkButton,
    css`
      :host {
        display: block;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      ul ul {
        padding-inline-start: 16px;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 24px;
        padding-inline: 4px;
        border-radius: 3px;
      }
      .row:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .row > lw-icon {
        color: var(--vscode-icon-foreground);
      }
      .link {
        min-width: 0;
      }
      .size {
        flex: none;
        margin-inline-start: auto;
        padding-inline-start: 12px;
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionHost;
  @property({ attribute: false }) kept!: VersionKeeper;
  /** What it is called where the version is a single file. */
  @property() name = '';
  /** What is shown is read again when this changes. */
  @property() stamp = '';

  private readonly levels = new Map<string, Paged<VersionFile>>();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('stamp')) return;
    for (const under of ['', ...this.kept.current.folders]) this.level(under).want(this.stamp);
  }

  protected override render() {
    return this.renderLevel('');
  }

  private renderLevel(under: string): TemplateResult {
    const list = this.level(under);
    if (!list.hasLoaded) return waiting(list, 'The files could not be listed.');
    if (list.items.length === 0) return html`<p class="quiet">No file.</p>`;
    return html`<ul aria-label=${under === '' ? 'Files' : under}>
        ${list.items.map((file) => html`<li>${file.isFolder ? this.renderFolder(file) : this.renderFile(file)}</li>`)}
      </ul>
      ${moreOf(list, 'Show More')}`;
  }

  private renderFolder({ path }: VersionFile): TemplateResult {
    const under = `${path}/`;
    const isOpen = this.kept.current.folders.includes(under);
    return html`<div class="row">
        <lw-icon name=${isOpen ? 'folder-opened' : 'folder'}></lw-icon>
        <button class="link" type="button" aria-expanded=${String(isOpen)} @click=${() => this.setOpen(under, !isOpen)}>
          ${splitPath(path).name}
        </button>
      </div>
      ${isOpen ? this.renderLevel(under) : ''}`;
  }

  private renderFile({ path, sizeBytes }: VersionFile) {
    const name = path === '' ? this.name : splitPath(path).name;
    return html`<div class="row">
      <lw-icon name="file"></lw-icon>
      <button class="link" type="button" title="Open" @click=${() => this.host.command('openFile', { path })}>
        ${name}
      </button>
      <span class="size">${formatSize(sizeBytes)}</span>
      <lw-menu
        label="Actions for ${name}"
        .items=${ACTIONS}
        @lw-menu=${({ id }: MenuEvent) => this.act(id, path)}
      ></lw-menu>
    </div>`;
  }

  private act(id: string, path: string): void {
    const action = ACTIONS.find((one) => one.id === id);
    if (action) this.host.command(action.id, { path });
  }

  private setOpen(under: string, isOpen: boolean): void {
    const others = this.kept.current.folders.filter((folder) => folder !== under);
    this.kept.change({ folders: isOpen ? [...others, under] : others });
    if (isOpen) this.level(under).want(this.stamp);
    this.requestUpdate();
  }

  private level(under: string): Paged<VersionFile> {
    const known = this.levels.get(under);
    if (known) return known;
    const made = new Paged<VersionFile>(this, async (pageToken) => {
      const token = pageToken === undefined ? {} : { pageToken };
      const { files, nextPageToken } = await this.host.request('files', { under, ...token });
      return { items: files, next: nextPageToken };
    });
    this.levels.set(under, made);
    return made;
  }
}
