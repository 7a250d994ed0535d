/** `<lw-chip>inotify</lw-chip>`: a word that says of what kind something is; its title explains it. */
import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';

@customElement('lw-chip')
export class Chip extends LitElement {
  static override readonly styles = css`
    :host {
      display: inline-block;
      max-width: 100%;
      box-sizing: border-box;
      padding: 0 6px;
      border: 1px solid var(--vscode-panel-border);
      border-radius: 9px;
      font-size: 0.85em;
      line-height: 1.5;
      color: var(--vscode-descriptionForeground);
      overflow-wrap: anywhere;
      cursor: default;
    }
    :host([title]) {
      cursor: help;
    }
  `;

  protected override render() {
    return html`<slot></slot>`;
  }
}
