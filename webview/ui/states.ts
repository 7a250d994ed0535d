/** What a page or a part of one shows as long as it has nothing to show: it loads, it failed, it is empty. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { progressRing } from './controls';
import './icon';

/** Nothing flickers: what is quicker than this shows no progress. */
const LOADING_DELAY_MS = 300;

@customElement('lw-loading')
export class Loading extends LitElement {
  static override readonly styles = css`
    :host {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 8px;
      min-height: 28px;
      color: var(--vscode-descriptionForeground);
    }
    vscode-progress-ring {
      height: 20px;
    }
  `;

  @property() label = 'Loading…';
  @state() private isDue = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.isDue = false;
    this.timer = setTimeout(() => (this.isDue = true), LOADING_DELAY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override render() {
    return this.isDue ? html`${progressRing(this.label)}<span role="status">${this.label}</span>` : nothing;
  }
}

/** Says what failed and why; the ways out go into its slot. `quiet` where it is one of many. */
@customElement('lw-failed')
export class Failed extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .box {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
      padding: 6px 10px;
      border: 1px solid var(--vscode-inputValidation-errorBorder);
      border-radius: 4px;
      color: var(--vscode-inputValidation-errorForeground, inherit);
      background: var(--vscode-inputValidation-errorBackground);
    }
    :host([quiet]) .box {
      padding: 4px;
      border-color: transparent;
      color: inherit;
      background: none;
    }
    lw-icon {
      color: var(--vscode-notificationsErrorIcon-foreground, var(--vscode-errorForeground));
    }
    span {
      flex: 1 1 12em;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    ::slotted(*) {
      margin: 0;
    }
  `;

  @property() what = '';
  @property() cause = '';

  @property({ type: Boolean, reflect: true }) quiet = false;

  protected override render() {
    return html`<div class="box" role=${this.quiet ? nothing : 'alert'}>
      <lw-icon name="error"></lw-icon><span>${this.what} ${this.cause}</span><slot></slot>
    </div>`;
  }
}
