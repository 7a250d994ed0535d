/**
 * `<lw-icon name="pass">`: a codicon. The font comes with the page's style sheet; its class rules would not reach into
 * components, so the few icons in use are listed here.
 */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type IconName, ICONS } from './icons';

@customElement('lw-icon')
export class Icon extends LitElement {
  static override readonly styles = css`
    :host {
      display: inline-block;
      flex: none;
      font: normal 16px/1 codicon;
      width: 16px;
      height: 16px;
      text-align: center;
      user-select: none;
      -webkit-font-smoothing: antialiased;
    }
    :host([spin]) {
      animation: spin 1.5s steps(30) infinite;
    }
    @keyframes spin {
      100% {
        transform: rotate(360deg);
      }
    }
    @media (prefers-reduced-motion: reduce) {
      :host([spin]) {
        animation: none;
      }
    }
    /* What VS Code's own setting says, whatever the system does. */
    :host-context(.vscode-reduce-motion) {
      animation: none;
    }
  `;

  @property() name: IconName = 'info';
  @property({ type: Boolean, reflect: true }) spin = false;

  protected override render() {
    return html`<span aria-hidden="true">${ICONS[this.name]}</span>`;
  }
}
