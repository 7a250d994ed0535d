/**
 * `<lw-text-field label="Name" .value=…>`: a text to be edited in place. Enter saves (Ctrl+Enter where it has several
 * lines), Escape leaves.
 */
import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';

export class SaveEvent extends Event {
  static readonly type = 'lw-save';
  constructor(readonly value: string) {
    super(SaveEvent.type);
  }
}

export class TypedEvent extends Event {
  static readonly type = 'lw-typed';
  constructor(readonly value: string) {
    super(TypedEvent.type);
  }
}

@customElement('lw-text-field')
export class TextField extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    input,
    textarea {
      display: block;
      box-sizing: border-box;
      width: 100%;
      min-height: 26px;
      margin: 0;
      padding: 3px 6px;
      font: inherit;
      font-weight: 400;
      color: var(--vscode-input-foreground);
      background: var(--vscode-input-background);
      border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
      border-radius: 4px;
      unicode-bidi: plaintext;
    }
    textarea {
      min-height: 7em;
      max-height: 60vh;
      resize: vertical;
      line-height: 1.45;
      field-sizing: content;
    }
    ::placeholder {
      color: var(--vscode-input-placeholderForeground);
    }
    :focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
  `;

  @property() label = '';
  @property() value = '';
  @property({ type: Boolean }) multiline = false;
  @property({ type: Number }) limit = 4096;
  @query('input, textarea') private readonly field!: HTMLInputElement | HTMLTextAreaElement;

  /** What stands in it now. */
  get text(): string {
    return this.field.value;
  }

  /** The focus goes into it, with all of its text selected where it has one line. */
  async edit(): Promise<void> {
    await this.updateComplete;
    this.field.focus();
    if (this.field instanceof HTMLInputElement) this.field.select();
    else this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  protected override render() {
    return this.multiline
      ? html`<textarea
          aria-label=${this.label}
          placeholder=${this.label}
          maxlength=${this.limit}
          .value=${this.value}
          @input=${this.onInput}
          @keydown=${this.onKey}
        ></textarea>`
      : html`<input
          type="text"
          aria-label=${this.label}
          placeholder=${this.label}
          maxlength=${this.limit}
          .value=${this.value}
          @input=${this.onInput}
          @keydown=${this.onKey}
        />`;
  }

  private readonly onInput = () => this.dispatchEvent(new TypedEvent(this.text));

  private readonly onKey = (event: KeyboardEvent) => {
    // A word that is still being composed is not to be sent by the key that ends it.
    if (event.isComposing) return;
    const isSave = event.key === 'Enter' && (!this.multiline || event.ctrlKey || event.metaKey);
    if (!isSave && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.dispatchEvent(isSave ? new SaveEvent(this.text) : new Event('lw-leave'));
  };
}
