/** `<lw-history>`: everything that happened to the version: when, who and why as far as that was told. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatRelative } from '../../src/protocol/format';
import { type RegistryEvent } from '../../src/protocol/registry';
import { eventWords } from '../../src/protocol/registryWords';
import { absoluteTime, countWords } from '../run/words';
import '../ui/controls';
import '../ui/icon';
import { groups } from '../ui/styles';

const SHOWN_AT_FIRST = 20;

@customElement('lw-history')
export class History extends LitElement {
  static override readonly styles = [
    groups,
    css`
      :host {
        display: block;
      }
      ul {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: subgrid;
        grid-column: 1 / -1;
        column-gap: 16px;
        padding: 3px 6px;
        border-radius: 3px;
      }
      .checks {
        display: block;
        margin: 2px 0 4px;
      }
      .checks li {
        display: flex;
        gap: 6px;
        padding: 0;
        color: var(--vscode-descriptionForeground);
      }
      .checks lw-icon {
        flex: none;
      }
      .checks .passed lw-icon {
        color: var(--vscode-testing-iconPassed);
      }
      .checks .failed lw-icon {
        color: var(--vscode-testing-iconFailed);
      }
      ul:not(.checks) > li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      time {
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
      }
      span {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
    `,
  ];

  /** The newest first. */
  @property({ attribute: false }) history: readonly RegistryEvent[] = [];
  @state() private limit = SHOWN_AT_FIRST;

  protected override render() {
    const { history } = this;
    const shown = history.slice(0, this.limit);
    return html`<ul aria-label="History">
        ${shown.map(
          (event) =>
            html`<li>
              <time datetime=${new Date(event.atMs).toISOString()} title=${absoluteTime(event.atMs)}
                >${formatRelative(event.atMs, Date.now())}</time
              ><span>${sentence(eventWords(event))}${checksOf(event)}</span>
            </li>`,
        )}
      </ul>
      ${
        shown.length < history.length
          ? html`<div class="bar">
              <lw-button @click=${() => (this.limit += 100)}>Show More</lw-button>
              <span class="quiet">${countWords(shown.length, history.length)}</span>
            </div>`
          : nothing
      }`;
  }
}

/** What the gate said, check by check. */
const checksOf = ({ verdict }: RegistryEvent) =>
  verdict === null || verdict.checks.length === 0
    ? nothing
    : html`<ul class="checks" aria-label="What the gate said">
        ${verdict.checks.map(
          ({ passed, text }) =>
            html`<li class=${passed ? 'passed' : 'failed'}>
              <lw-icon name=${passed ? 'pass' : 'error'}></lw-icon>
              <span>${passed ? nothing : 'failed: '}${text}</span>
            </li>`,
        )}
      </ul>`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
