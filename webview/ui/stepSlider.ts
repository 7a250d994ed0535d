/** `<lw-step-slider label="Step of roc" count="12" .index=… words="step 30">`: one of several, by pointer and by keys. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';

export class StepEvent extends Event {
  static readonly type = 'lw-step';
  constructor(readonly index: number) {
    super(StepEvent.type);
  }
}

@customElement('lw-step-slider')
export class StepSlider extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = css`
    :host {
      display: flex;
      align-items: center;
      gap: 8px;
    }
    input {
      flex: 1 1 auto;
      min-width: 60px;
      margin: 0;
      accent-color: var(--vscode-progressBar-background, var(--vscode-focusBorder));
    }
    input:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: 2px;
      border-radius: 2px;
    }
    output {
      flex: none;
      font-variant-numeric: tabular-nums;
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property() label = '';
  @property({ type: Number }) count = 1;
  @property({ type: Number }) index = 0;
  /** What the place is called, once it is known. */
  @property() words = '';

  protected override render() {
    return html`<input
        type="range"
        min="0"
        max=${this.count - 1}
        .value=${String(this.index)}
        aria-label=${this.label}
        aria-valuetext="${this.words}, ${this.index + 1} of ${this.count}"
        @input=${this.onInput}
      /><output aria-hidden="true">${this.words}</output>`;
  }

  private readonly onInput = (event: Event) => {
    this.index = Number((event.target as HTMLInputElement).value);
    this.dispatchEvent(new StepEvent(this.index));
  };
}
