/** The files that a run left behind; choosing one opens it in VS Code. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Artifact } from '../../src/protocol/entities';
import '../ui/icon';
import { type IconName } from '../ui/icons';
import { linkButton } from '../ui/styles';
import { type RunHost } from './api';
import { formatSize } from './words';

const ICONS_BY_KIND: Readonly<Record<Artifact['kind'], IconName>> = {
  file: 'file',
  directory: 'folder',
  figure: 'file-media',
  model: 'package',
  chart: 'table',
};

@customElement('lw-artifacts')
export class Artifacts extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 6px;
        padding: 2px 6px;
        border-radius: 3px;
      }
      li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      lw-icon {
        align-self: center;
        color: var(--vscode-icon-foreground);
      }
      .link {
        min-width: 0;
        unicode-bidi: plaintext;
        text-align: left;
      }
      .size {
        margin-inline-start: auto;
        padding-inline-start: 12px;
        flex: none;
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) artifacts: readonly Artifact[] = [];
  @property({ attribute: false }) host!: RunHost;

  protected override render() {
    return html`<ul>
      ${this.artifacts.map(
        ({ path, kind, sizeBytes }) =>
          html`<li>
            <lw-icon name=${ICONS_BY_KIND[kind]}></lw-icon>
            <button class="link" type="button" @click=${() => this.host.command('openArtifact', { path })}>
              ${path}
            </button>
            <span class="size"
              >${kind === 'directory' || (kind === 'model' && sizeBytes === 0) ? '' : formatSize(sizeBytes)}</span
            >
          </li>`,
      )}
    </ul>`;
  }
}
