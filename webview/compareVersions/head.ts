/** `<lw-pair-head>`: which two versions are compared, what each is, and swapping them. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ComparedVersion } from '../../src/protocol/pages/compareVersions';
import '../ui/chip';
import '../ui/controls';
import { linkButton, visuallyHidden } from '../ui/styles';
import { type VersionsHost } from './api';
import { nameOf, type Pair } from './model';

@customElement('lw-pair-head')
export class PairHead extends LitElement {
  static override readonly styles = [
    linkButton,
    visuallyHidden,
    css`
      :host {
        display: block;
      }
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
        gap: 4px 16px;
        align-items: start;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
      }
      h2 {
        margin: 0;
        min-width: 0;
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 1.25em;
        font-weight: 600;
      }
      h2 .link {
        overflow-wrap: normal;
      }
      .facts {
        margin-top: 2px;
        color: var(--vscode-descriptionForeground);
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      @media (max-width: 480px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionsHost;
  @property({ attribute: false }) pair!: Pair;

  protected override render() {
    const { left, right } = this.pair;
    return html`<h1 class="visually-hidden">Compare model versions</h1>
      <div class="both">
        ${this.renderVersion(left)}
        <lw-button icon="arrow-swap" kind="icon" label="Swap" @click=${() => this.host.command('swap', {})}></lw-button>
        ${this.renderVersion(right)}
      </div>`;
  }

  private renderVersion(one: ComparedVersion) {
    const { name, version, aliases, stage, run, status, statusMessage } = one.version;
    return html`<div>
      <div class="title">
        <h2 title=${name}>
          <button
            class="link"
            type="button"
            title="Open this version"
            @click=${() => this.host.command('openVersion', nameOf(one))}
          >
            <bdi>${name}</bdi> v${version}
          </button>
        </h2>
        ${aliases.map((alias) => html`<lw-chip title="An alias of this version">@${alias}</lw-chip>`)}
        ${stage === 'None' ? nothing : html`<lw-chip title="Its stage">${stage}</lw-chip>`}
      </div>
      <div class="facts">
        ${
          run === null
            ? 'Its run is not known'
            : run.name === null
              ? 'Its run is not in the store any more'
              : html`from
                  <button class="link" type="button" @click=${() => this.host.command('openRun', { runId: run.runId })}>
                    <bdi>${run.name}</bdi>
                  </button>`
        }${status === 'READY' ? nothing : html` · <strong>${STATUS_WORDS[status]}</strong> ${statusMessage}`}
      </div>
    </div>`;
  }
}

const STATUS_WORDS = {
  PENDING_REGISTRATION: 'its files are being kept',
  FAILED_REGISTRATION: 'its files could not be kept apart.',
} as const;
