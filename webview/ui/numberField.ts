/** `<lw-number-field label="at least" .value=${0.1} min="0">`: a number to be typed. Tells of each change with a `NumberEvent`. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { field } from './styles';

export class NumberEvent extends Event {
  static readonly type = 'lw-number';
  /** @param value null: what stands there is no number, or out of the range */
  constructor(readonly value: number | null) {
    super(NumberEvent.type);
  }
}

@customElement('lw-number-field')
export class NumberField extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = [
    field,
    css`
      input {
        box-sizing: border-box;
        width: 6em;
        height: 26px;
        padding: 0 6px;
        font: inherit;
        font-variant-numeric: tabular-nums;
        color: var(--vscode-input-foreground);
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
      }
      input[aria-invalid='true'] {
        border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
      }
      span {
        color: var(--vscode-foreground);
      }
      input:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
    `,
  ];

  @property() label = '';
  @property({ type: Number }) value = 0;
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = Infinity;
  @state() private isWrong = false;
  /** As it was typed: `0.` is on its way to 0.5. */
  @state() private text = '0';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('value') || numberIn(this.text) === this.value) return;
    this.text = String(this.value);
    this.isWrong = false;
  }

  protected override render() {
    return html`<label
      >${this.label}<input
        type="text"
        inputmode="decimal"
        autocomplete="off"
        aria-invalid=${String(this.isWrong)}
        .value=${this.text}
        @input=${this.onInput}
      />${this.isWrong ? html`<span>${this.rangeWords()}</span>` : nothing}</label
    >`;
  }

  private rangeWords(): string {
    const { min, max } = this;
    return max === Infinity ? `a number from ${String(min)} on` : `a number from ${String(min)} to ${String(max)}`;
  }

  private readonly onInput = (event: Event) => {
    this.text = (event.target as HTMLInputElement).value;
    const number = numberIn(this.text);
    const isRight = number >= this.min && number <= this.max;
    this.isWrong = !isRight;
    this.dispatchEvent(new NumberEvent(isRight ? number : null));
  };
}

const numberIn = (text: string): number => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')));
