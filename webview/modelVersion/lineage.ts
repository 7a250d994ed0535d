/** `<lw-lineage>`: where the version comes from and where it went, one step after the other; each leads there. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type LineageFile } from '../../src/protocol/capture';
import { codeWords } from '../../src/protocol/codeWords';
import { formatRelative, formatSize } from '../../src/protocol/format';
import { type ModelVersionModel, type VersionOrigin } from '../../src/protocol/pages/modelVersion';
import { counted } from '../../src/protocol/modelWords';
import { type UsedDataset } from '../../src/protocol/registry';
import { shortDigest, splitPath } from '../run/captured/words';
import { absoluteTime, STATES } from '../run/words';
import '../ui/icon';
import { linkButton } from '../ui/styles';
import { type VersionHost } from './api';
import { isFromFile } from './words';

/** Of the data so much is named; the run's page has all of it. */
const SHOWN = 2;

@customElement('lw-lineage')
export class Lineage extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
      }
      ol {
        display: flex;
        flex-wrap: wrap;
        align-items: stretch;
        gap: 8px 4px;
        margin: 0 0 8px;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
        min-width: 0;
        max-width: 100%;
      }
      li > lw-icon {
        color: var(--vscode-descriptionForeground);
      }
      .step {
        box-sizing: border-box;
        height: 100%;
        min-width: 110px;
        max-width: min(260px, 100%);
        padding: 6px 10px;
        border: 1px solid var(--vscode-panel-border);
        border-radius: 4px;
      }
      .here {
        border-color: var(--vscode-focusBorder);
      }
      .what,
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
      .what {
        font-size: 0.9em;
      }
      .line {
        max-height: 2.8em;
        overflow: hidden;
        overflow-wrap: anywhere;
      }
      .line:has(:focus-visible) {
        overflow: visible;
      }
      .quiet {
        font-size: 0.9em;
        font-variant-numeric: tabular-nums;
      }
      @container (max-width: 480px) {
        ol,
        li {
          flex-direction: column;
          align-items: stretch;
          gap: 0;
        }
        .step {
          height: auto;
          max-width: none;
        }
        li > lw-icon {
          align-self: center;
          transform: rotate(90deg);
        }
      }
    `,
  ];

  @property({ attribute: false }) model!: ModelVersionModel;
  @property({ attribute: false }) host!: VersionHost;

  protected override render() {
    const { origin } = this.model;
    const steps: readonly (readonly [what: string, content: TemplateResult])[] = [
      ['Data', this.renderData(origin)],
      ['Code', this.renderCode(origin)],
      ['Run', this.renderRun(origin)],
      ['Version', this.renderVersion()],
      ['Served', html`<div class="line quiet">Not served</div>`],
    ];
    return html`<ol aria-label="Where this version comes from">
      ${steps.map(
        ([what, content], at) =>
          html`<li>
            ${at === 0 ? nothing : html`<lw-icon name="chevron-right"></lw-icon>`}
            <div class="step ${what === 'Version' ? 'here' : ''}">
              <div class="what">${what}</div>
              ${content}
            </div>
          </li>`,
      )}
    </ol>`;
  }

  private renderData(origin: VersionOrigin | null) {
    if (!origin) return unknown();
    const { inputs, inputCount } = origin;
    const { datasets } = this.model;
    if (inputCount === 0 && datasets.length === 0)
      return html`<div class="line quiet">No file was seen to be read</div>`;
    const shown = inputs.slice(0, SHOWN);
    const more = inputCount - shown.length;
    const named = datasets.slice(0, SHOWN);
    const others = datasets.length - named.length;
    return html`${named.map((dataset) => renderDataset(dataset))}
    ${others > 0 ? html`<div class="line quiet">and ${counted(others, 'more data set')}</div>` : nothing}
    ${shown.map((file) => this.renderFile(file))}
    ${more > 0 ? html`<div class="line">${this.link(`and ${counted(more, 'more file', 'more')}`, 'Open the run', () => this.host.command('openRun', {}))}</div>` : nothing}`;
  }

  private renderFile(file: LineageFile) {
    const { path, md5, sizeBytes, kind } = file;
    const facts = [md5 === null ? null : shortDigest(md5), sizeBytes === null ? null : formatSize(sizeBytes)];
    const { name } = splitPath(path);
    return html`<div class="line">
        ${kind === 'remote' ? html`<span title=${path}>${name}</span>` : this.link(name, path, () => this.host.command('openInput', { path }))}
      </div>
      <div class="quiet">${facts.filter((fact) => fact !== null).join(' · ')}</div>`;
  }

  private renderCode(origin: VersionOrigin | null) {
    if (!origin) return unknown();
    const { code, provenance } = origin;
    const words = code && codeWords(code);
    const { kind, source } = provenance;
    const isFile = kind !== 'module' && kind !== 'command' && kind !== 'client';
    const { name } = splitPath(source);
    return html`<div class="line">
        ${isFile ? this.link(name, `Open ${source}`, () => this.host.command('openSource', {})) : html`<span title=${source}>${name}</span>`}
      </div>
      ${
        words
          ? html`<div class="line">
              ${this.link(words, 'Compare with the commit', () => this.host.command('compareCode', {}))}
            </div>`
          : nothing
      }`;
  }

  private renderRun(origin: VersionOrigin | null) {
    if (!origin) {
      const { run: known, source } = this.model.version;
      if (known !== null || !isFromFile(source)) return unknown();
      return html`<div class="line quiet" title=${source}>No run: registered from a file</div>`;
    }
    const { run } = origin;
    const { startMs, status } = run.timing;
    return html`<div class="line">${this.link(run.name, 'Open the run', () => this.host.command('openRun', {}))}</div>
      <div class="quiet" title=${absoluteTime(startMs)}>
        ${STATES[status].word} · ${formatRelative(startMs, Date.now())}
      </div>`;
  }

  private renderVersion() {
    const { version, place } = this.model;
    const { name } = splitPath(version.source.replace(/\/+$/, ''));
    return html`<div class="line">v${version.version}</div>
      <div class="line">
        ${
          place
            ? this.link(name, `Open ${version.source}`, () => this.host.command('openFile', { path: '' }))
            : html`<span class="quiet" title=${version.source}>${name}</span>`
        }
      </div>`;
  }

  private link(text: string, title: string, act: () => void) {
    return html`<button class="link" type="button" title=${title} @click=${act}><bdi>${text}</bdi></button>`;
  }
}

/** What its run said of itself: not seen, so nothing is opened. */
const renderDataset = ({ name, digest, context, source }: UsedDataset) =>
  html`<div class="line" title=${source}><bdi>${name}</bdi></div>
    <div class="quiet">${[context ?? 'data set', digest].filter((fact) => fact !== '').join(' · ')}</div>`;

const unknown = () => html`<div class="line quiet">Not known</div>`;
