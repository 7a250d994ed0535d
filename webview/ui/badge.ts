/** `<lw-badge>12</lw-badge>`: how many, beside a heading. */
import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';

@customElement('lw-badge')
export class Badge extends LitElement {
  static override readonly styles = css`
    :host {
      display: inline-block;
      box-sizing: border-box;
      min-width: 18px;
      padding: 2px 6px;
      border: 1px solid var(--vscode-contrastBorder, transparent);
      border-radius: 11px;
      font-size: 11px;
      font-weight: normal;
      line-height: 11px;
      text-align: center;
      font-variant-numeric: tabular-nums;
      color: var(--vscode-badge-foreground);
      background: var(--vscode-badge-background);
    }
  `;

  protected override render() {
    return html`<slot></slot>`;
  }
}
