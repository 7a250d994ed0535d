/** `<lw-files direction="in">`: what a run read or wrote, a page at a time; a row unfolds to all that is known of it. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type LineageFile } from '../../../src/protocol/capture';
import '../../ui/chip';
import '../../ui/controls';
import '../../ui/icon';
import { groups, linkButton, wordTable } from '../../ui/styles';
import { type RunHost } from '../api';
import { absoluteTime, countWords } from '../words';
import { moreOf, Paged, waiting } from './loading';
import { relativePath, shapeWords, shortDigest, sizeWords, splitPath, wayWords } from './words';

const MAX_COLUMNS = 200;
const COLUMN_COUNT = 6;

@customElement('lw-files')
export class Files extends LitElement {
  static override readonly styles = [
    linkButton,
    groups,
    wordTable,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .fold {
        width: 20px;
        padding-inline: 0;
      }
      .fold button {
        appearance: none;
        display: block;
        padding: 0;
        background: none;
        border: 0;
        border-radius: 3px;
        color: inherit;
        cursor: pointer;
      }
      .fold button:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
      }
      .fold lw-icon {
        vertical-align: text-bottom;
      }
      .fold button[aria-expanded='true'] lw-icon {
        transform: rotate(90deg);
      }
      .folders {
        color: var(--vscode-descriptionForeground);
      }
      .link:hover .folders {
        color: inherit;
      }
      .path .pin {
        margin-inline-start: 4px;
      }
      .path lw-icon {
        vertical-align: text-bottom;
        color: var(--vscode-descriptionForeground);
      }
      table {
        table-layout: fixed;
      }
      td {
        vertical-align: top;
      }
      .size {
        width: 12em;
      }
      .shape {
        width: 11em;
      }
      .digest {
        width: 6em;
        font-family: var(--vscode-editor-font-family, monospace);
        white-space: nowrap;
      }
      .problem {
        display: flex;
        gap: 4px;
      }
      /* The colour of warnings is too pale for text on a light ground. */
      .problem lw-icon {
        margin-top: 2px;
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .ways {
        width: 20%;
      }
      th.digest {
        font-family: inherit;
      }
      .narrow {
        display: none;
      }
      .details td {
        padding: 2px 6px 10px 26px;
      }
      tbody tr.details:hover {
        background: none;
      }
      dl {
        display: grid;
        grid-template-columns: fit-content(30%) minmax(0, 1fr);
        gap: 2px 16px;
        margin: 0;
      }
      dt {
        color: var(--vscode-descriptionForeground);
      }
      dd {
        margin: 0;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .whole {
        white-space: pre-wrap;
      }
      .schema {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 180px), 1fr));
        gap: 1px 16px;
        max-height: 16em;
        overflow-y: auto;
      }
      .copy {
        margin-block: -4px;
      }
      .more {
        margin-top: 6px;
      }
      @container (max-width: 760px) {
        .wide {
          display: none;
        }
        .narrow {
          display: block;
          font-size: 0.9em;
        }
      }
    `,
  ];

  @property() direction: LineageFile['direction'] = 'in';
  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) root: string | null = null;
  @property({ type: Number }) total = 0;
  /** Digests are made after the run: what is not known yet is not missing. */
  @property({ type: Boolean }) pending = false;
  /** The list is read again when this changes. */
  @property() stamp = '';
  @state() private unfolded: ReadonlySet<string> = new Set();

  private readonly list = new Paged<LineageFile>(this, async (pageToken) => {
    const { direction } = this;
    const reply = await this.host.request('files', { direction, ...(pageToken === undefined ? {} : { pageToken }) });
    return { items: reply.files, next: reply.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stamp')) this.list.want(this.stamp);
  }

  protected override render() {
    const { list, direction } = this;
    const what = direction === 'in' ? 'The files that were read' : 'The files that were written';
    if (!list.hasLoaded) return waiting(list, `${what} could not be listed.`);
    return html`
      <table>
        <thead>
          <tr>
            <th class="fold"></th>
            <th scope="col">${direction === 'in' ? 'Read' : 'Written'}</th>
            <th scope="col" class="number size wide">Size</th>
            <th scope="col" class="number shape wide">Rows × columns</th>
            <th scope="col" class="digest wide">MD5</th>
            <th scope="col" class="ways wide">Seen by</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            list.items,
            ({ path }) => path,
            (file) => this.renderFile(file),
          )}
        </tbody>
      </table>
      ${
        list.next === null && list.problem === null
          ? nothing
          : html`<div class="bar more">
              ${moreOf(list, 'Show More')}
              <span class="quiet" role="status">${countWords(list.items.length, this.total)} shown</span>
            </div>`
      }
    `;
  }

  private renderFile(file: LineageFile) {
    const { path, problem } = file;
    const isOpen = this.unfolded.has(path);
    const shown = relativePath(path, this.root);
    return html`<tr>
        <td class="fold">
          <button
            type="button"
            aria-expanded=${String(isOpen)}
            aria-label="Details of ${shown}"
            title="Details"
            @click=${() => this.toggle(path)}
          >
            <lw-icon name="chevron-right"></lw-icon>
          </button>
        </td>
        <td class="path">
          ${this.renderPath(file, shown)}${
            file.pinned
              ? html`<lw-icon
                  class="pin"
                  name="pinned"
                  role="img"
                  aria-label="pinned"
                  title="Pinned: its content is kept in the store."
                ></lw-icon>`
              : nothing
          }
          ${file.kind === 'remote' ? html`<div class="quiet">Remote, not pinned</div>` : nothing}
          ${problem === null || file.kind === 'remote' ? nothing : html`<div class="problem"><lw-icon name="warning" role="img" aria-label="warning"></lw-icon><span>${problem}</span></div>`}
          <div class="narrow quiet">
            ${[sizeWords(file), shapeWords(file), file.via.map((via) => wayWords(via).label).join(', ')]
              .filter((part) => part !== '')
              .join(' · ')}
          </div>
        </td>
        <td class="number wide">${sizeWords(file)}</td>
        <td class="number wide">${shapeWords(file)}</td>
        <td class="digest wide">${this.renderDigest(file)}</td>
        <td class="ways wide">
          ${file.via.map((via) => {
            const { label, title } = wayWords(via);
            return html`<lw-chip title=${title}>${label}</lw-chip> `;
          })}
        </td>
      </tr>
      ${isOpen ? this.renderDetails(file) : nothing}`;
  }

  private renderPath({ kind, path }: LineageFile, shown: string) {
    const { folders, name } = splitPath(shown);
    const words = html`<span class="folders">${folders}</span>${name}`;
    if (kind === 'remote') return html`<lw-icon name="cloud"></lw-icon> <span>${words}</span>`;
    return html`<button
      class="link"
      type="button"
      title="Open ${path}"
      @click=${() => this.host.command('openFile', { path })}
    >
      ${words}
    </button>`;
  }

  private renderDigest({ md5, kind, problem }: LineageFile) {
    if (md5 === null) {
      const isToCome = this.pending && kind !== 'remote' && problem === null;
      return isToCome ? html`<span class="quiet">to come</span>` : nothing;
    }
    return html`<button class="link" type="button" title="Copy ${md5}" @click=${() => this.copy(md5)}>
      ${shortDigest(md5)}
    </button>`;
  }

  private renderDetails(file: LineageFile) {
    const { path, md5, via, columns, firstMs } = file;
    return html`<tr class="details">
      <td colspan=${COLUMN_COUNT}>
        <dl>
          <dt>Path</dt>
          <dd class="whole">${path}</dd>
          <dt>First seen</dt>
          <dd>${absoluteTime(firstMs)}</dd>
          ${
            md5 === null
              ? nothing
              : html`<dt>MD5</dt>
                  <dd>
                    ${md5}
                    <lw-button
                      class="copy"
                      kind="icon"
                      icon="copy"
                      label="Copy MD5"
                      @click=${() => this.copy(md5)}
                    ></lw-button>
                  </dd>`
          }
          ${via.map((way) => {
            const { label, title } = wayWords(way);
            return html`<dt>${label}</dt>
              <dd>${title}</dd>`;
          })}
          ${columns === null || columns.length === 0 ? nothing : this.renderColumns(columns)}
        </dl>
      </td>
    </tr>`;
  }

  private renderColumns(columns: NonNullable<LineageFile['columns']>) {
    const rest = columns.length - MAX_COLUMNS;
    return html`<dt>Columns</dt>
      <dd class="schema" tabindex="0" role="region" aria-label="Columns">
        ${columns
          .slice(0, MAX_COLUMNS)
          .map(({ name, type }) => html`<div>${name} <span class="quiet">${type.toLowerCase()}</span></div>`)}
        ${rest > 0 ? html`<div class="quiet">and ${countWords(rest, rest)} more</div>` : nothing}
      </dd>`;
  }

  private toggle(path: string): void {
    const next = new Set(this.unfolded);
    if (!next.delete(path)) next.add(path);
    this.unfolded = next;
  }

  private copy(text: string): void {
    this.host.command('copy', { text });
  }
}
