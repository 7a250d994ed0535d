/** The head of the page: which endpoint it is, how it is, where it answers, what can be done with it. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { urlOf } from '../../src/protocol/endpoints';
import { formatRelative } from '../../src/protocol/format';
import { type EndpointModel } from '../../src/protocol/pages/endpoint';
import { absoluteTime } from '../run/words';
import '../ui/controls';
import '../ui/icon';
import { linkButton } from '../ui/styles';
import { type EndpointHost } from './api';
import { isOver, servedWords, STATES } from './words';

@customElement('lw-endpoint-header')
export class EndpointHeader extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 10px;
        flex: 1 1 220px;
        min-width: 0;
      }
      h1 {
        margin: 0;
        min-width: 0;
        font-size: 1.4em;
        font-weight: 600;
        line-height: 1.3;
        overflow-wrap: anywhere;
      }
      .state lw-icon {
        margin-block: -4px;
        vertical-align: middle;
      }
      .good lw-icon {
        color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
      }
      .bad lw-icon {
        color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
      }
      .odd lw-icon {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .facts {
        margin-top: 4px;
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      code {
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, inherit);
        color: var(--vscode-foreground);
        user-select: all;
      }
      .facts lw-button {
        margin-block: -4px;
        vertical-align: middle;
      }
    `,
  ];

  @property({ attribute: false }) model!: EndpointModel;
  @property({ attribute: false }) host!: EndpointHost;

  protected override render() {
    const { endpoint } = this.model;
    const { icon, word, kind } = STATES[endpoint.state];
    return html`
      <div class="top">
        <div class="title">
          <h1><bdi>${endpoint.name}</bdi></h1>
          <span class="state ${kind}" role="status"><lw-icon name=${icon}></lw-icon> ${word}${this.crashWords()}</span>
        </div>
        <div class="actions">${this.renderActions()}</div>
      </div>
      <div class="facts">${this.renderFacts()}</div>
    `;
  }

  private crashWords(): string {
    const { crashes } = this.model.endpoint;
    return crashes === 0 ? '' : ` · ${String(crashes)} ${crashes === 1 ? 'crash' : 'crashes'}`;
  }

  private renderActions() {
    const { endpoint, canAct } = this.model;
    const { state, log } = endpoint;
    const send = (command: 'stop' | 'restart' | 'change' | 'remove' | 'openLog') => () =>
      this.host.command(command, {});
    const over = isOver(state);
    return html`${
      canAct && over
        ? html`<lw-button kind="primary" icon="refresh" @click=${send('restart')}>Restart</lw-button>`
        : nothing
    }
    ${canAct && !over ? html`<lw-button icon="debug-stop" @click=${send('stop')}>Stop</lw-button>` : nothing}
    ${
      canAct && ['ready', 'unloaded', 'restarting'].includes(state)
        ? html`<lw-button icon="arrow-swap" @click=${send('change')}>Change Model…</lw-button>`
        : nothing
    }
    ${
      canAct && ['ready', 'unloaded', 'restarting', 'silent'].includes(state)
        ? html`<lw-button icon="refresh" @click=${send('restart')}>Restart</lw-button>`
        : nothing
    }
    ${canAct && state === 'ended' ? html`<lw-button icon="trash" @click=${send('remove')}>Remove</lw-button>` : nothing}
    ${log === null ? nothing : html`<lw-button @click=${send('openLog')}>Open Log</lw-button>`}`;
  }

  private renderFacts() {
    const { endpoint, nowMs } = this.model;
    const { state, port, host, startedMs, digest, file } = endpoint;
    const words = html`<bdi>${servedWords(endpoint)}</bdi>`;
    const served =
      digest === null
        ? html`<span title=${file}>${words}</span>`
        : html`<button class="link" type="button" @click=${() => this.host.command('openVersion', {})}>
            ${words}
          </button>`;
    const since = html`<span title=${absoluteTime(startedMs)}>started ${formatRelative(startedMs, nowMs)}</span>`;
    return html`serves
    ${served}${
      port === 0
        ? nothing
        : html`
            · <code>${urlOf(port, host)}</code>${
              isOver(state)
                ? nothing
                : html`<lw-button
                    kind="icon"
                    icon="copy"
                    label="Copy URL"
                    @click=${() => this.host.command('copyUrl', {})}
                  ></lw-button>`
            }
          `
    }
    · ${since}`;
  }
}
