/** What went wrong, each with its cause, and the last lines of the endpoint's output. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type EndpointTrouble } from '../../src/protocol/endpoints';
import { type EndpointModel } from '../../src/protocol/pages/endpoint';
import { exactTime } from '../charts/reading';
import { groups, wordTable } from '../ui/styles';

const WHAT: Readonly<Record<EndpointTrouble['kind'], string>> = { crash: 'Crash', request: 'Request failed' };

@customElement('lw-failures')
export class Failures extends LitElement {
  static override readonly styles = [
    groups,
    wordTable,
    css`
      :host {
        display: block;
      }
      td:first-child,
      td:nth-child(2) {
        white-space: nowrap;
      }
      pre {
        margin: 4px 0;
        padding: 8px 10px;
        max-height: 240px;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, 12px);
        background: var(--vscode-textCodeBlock-background);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 4px;
      }
      pre:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
    `,
  ];

  @property({ attribute: false }) model!: EndpointModel;

  protected override render() {
    const { told, endpoint } = this.model;
    const troubles = told?.troubles ?? [];
    return html`${
      troubles.length === 0
        ? html`<p class="quiet">
            ${told ? 'Nothing has failed since it was started.' : 'What failed is told by the endpoint while it answers.'}
          </p>`
        : this.renderTroubles(troubles)
    }
    ${
      endpoint.lastLines.length === 0
        ? html`<p class="quiet">
            ${endpoint.log === null && endpoint.state !== 'stopped' ? 'It writes to the terminal that it was started in.' : nothing}
          </p>`
        : html`<div class="group">
            <h3>Last Lines of Its Output</h3>
            <pre tabindex="0" role="region" aria-label="Last lines of its output">${endpoint.lastLines.join('\n')}</pre>
          </div>`
    }`;
  }

  private renderTroubles(troubles: readonly EndpointTrouble[]) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">What</th>
          <th scope="col">Cause</th>
        </tr>
      </thead>
      <tbody>
        ${troubles.map(
          ({ atMs, kind, message, count }) =>
            html`<tr>
              <td>${exactTime(atMs)}</td>
              <td>${WHAT[kind]}${count > 1 ? ` ${String(count)} times` : ''}</td>
              <td>${message}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}
