/** `<lw-section heading="Metrics" count="12" open>`: a part of a page that folds. Actions go into the slot `actions`. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import './badge';
import './icon';

export class ToggleEvent extends Event {
  static readonly type = 'lw-toggle';
  constructor(readonly isOpen: boolean) {
    super(ToggleEvent.type);
  }
}

@customElement('lw-section')
export class Section extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 8px;
      min-height: 28px;
    }
    h2 {
      margin: 0;
      flex: 1 1 auto;
      min-width: 0;
      font-size: inherit;
      font-weight: 600;
    }
    button {
      appearance: none;
      display: flex;
      align-items: center;
      gap: 4px;
      width: 100%;
      margin: 0;
      padding: 3px 4px 3px 0;
      background: none;
      border: 0;
      border-radius: 3px;
      font: inherit;
      color: var(--vscode-settings-headerForeground, var(--vscode-foreground));
      text-align: start;
      cursor: pointer;
    }
    button:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
    button lw-icon {
      transition: transform 0.1s;
    }
    :host([open]) button lw-icon {
      transform: rotate(90deg);
    }
    @media (prefers-reduced-motion: reduce) {
      button lw-icon {
        transition: none;
      }
    }
    :host-context(.vscode-reduce-motion) button lw-icon {
      transition: none;
    }
    lw-badge {
      margin-inline-start: 4px;
    }
    .content {
      padding: 2px 0 16px 20px;
    }
    :host([flush]) .content {
      padding-inline-start: 0;
    }
  `;

  @property() heading = '';
  /** Shown beside the heading where not empty. */
  @property() count = '';
  @property({ type: Boolean, reflect: true }) open = false;

  protected override render() {
    return html`
      <section aria-labelledby="heading">
        <header>
          <h2>
            <button
              id="heading"
              type="button"
              aria-expanded=${String(this.open)}
              aria-controls="content"
              @click=${this.toggle}
            >
              <lw-icon name="chevron-right"></lw-icon
              >${this.heading}${this.count ? html`<lw-badge>${this.count}</lw-badge>` : nothing}
            </button>
          </h2>
          ${this.open ? html`<slot name="actions"></slot>` : nothing}
        </header>
        <div id="content" class="content" ?hidden=${!this.open}><slot></slot></div>
      </section>
    `;
  }

  private readonly toggle = () => {
    this.dispatchEvent(new ToggleEvent(!this.open));
  };
}
