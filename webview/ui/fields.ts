/** A choice from a few and a number on a scale, as VS Code's settings look. Both are the browser's own controls. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { field } from './styles';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export class ChoiceEvent extends Event {
  static readonly type = 'lw-choice';
  constructor(readonly value: string) {
    super(ChoiceEvent.type);
  }
}

/** `<lw-select label="X" .choices=… .value=…>`: tells with a `ChoiceEvent`; the owner sets the value. */
@customElement('lw-select')
export class Select extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = [
    field,
    css`
      select {
        min-width: 0;
        max-width: var(--lw-select-width, 180px);
        height: 26px;
        padding: 0 4px;
        font: inherit;
        color: var(--vscode-settings-dropdownForeground, var(--vscode-dropdown-foreground));
        background: var(--vscode-settings-dropdownBackground, var(--vscode-dropdown-background));
        border: 1px solid var(--vscode-settings-dropdownBorder, var(--vscode-dropdown-border));
        border-radius: 4px;
      }
      select:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
    `,
  ];

  @property() label = '';
  @property() value = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];

  protected override render() {
    return html`<label
      >${this.label}<select @change=${this.onChange}>
        ${this.choices.map(
          ({ value, label }) => html`<option value=${value} ?selected=${value === this.value}>${label}</option>`,
        )}
      </select></label
    >`;
  }

  /** The choice is the owner's: what it refuses is not shown as chosen. */
  protected override updated(): void {
    const select = this.renderRoot.querySelector('select');
    if (select) select.value = this.value;
  }

  private readonly onChange = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    this.dispatchEvent(new ChoiceEvent(value));
    this.requestUpdate();
  };
}

export class SlideEvent extends Event {
  static readonly type = 'lw-slide';
  constructor(readonly value: number) {
    super(SlideEvent.type);
  }
}

/** `<lw-slider label="Smooth" max="0.99" step="0.01" .value=…>`: tells of each change with a `SlideEvent`. */
@customElement('lw-slider')
export class Slider extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = [
    field,
    css`
      input {
        width: 96px;
        min-width: 48px;
        accent-color: var(--vscode-progressBar-background, var(--vscode-focusBorder));
      }
      input:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: 2px;
        border-radius: 2px;
      }
      output {
        min-width: 2.2em;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property() label = '';
  @property({ type: Number }) value = 0;
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 1;
  @property({ type: Number }) step = 0.01;

  protected override render() {
    return html`<label
      >${this.label}<input
        type="range"
        min=${this.min}
        max=${this.max}
        step=${this.step}
        .value=${String(this.value)}
        aria-label=${this.label}
        @input=${this.onInput}
      /><output>${this.value === 0 ? 'off' : this.value}</output></label
    >`;
  }

  private readonly onInput = (event: Event) => {
    this.value = Number((event.target as HTMLInputElement).value);
    this.dispatchEvent(new SlideEvent(this.value));
  };
}
