/**
 * The controls that pages use. The toolkit behind them is archived upstream: it is imported in this file alone and
 * none of its names leaves it, so that replacing it means rewriting this file.
 */
import { endProbe } from './toolkitProbe';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import './icon';
import { type IconName } from './icons';

endProbe();
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing(), vsCodeTextField());

type ButtonKind = 'primary' | 'secondary' | 'icon';

/** `<lw-button icon="table" kind="icon" label="Show as Table">`; its content is the text. */
@customElement('lw-button')
export class Button extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = css`
    :host {
      display: inline-block;
      flex: none;
    }
    vscode-button {
      white-space: nowrap;
      border-radius: 4px;
    }
    vscode-button::part(control) {
      padding-block: 3px;
      min-height: 26px;
      border-color: var(--vscode-button-border, transparent);
    }
    vscode-button[appearance='secondary'] {
      color: var(--vscode-button-secondaryForeground, var(--vscode-foreground));
      background: var(--vscode-button-secondaryBackground, transparent);
    }
    vscode-button[appearance='secondary']:hover {
      background: var(--vscode-button-secondaryHoverBackground, transparent);
    }
    vscode-button[appearance='secondary']::part(control) {
      border-color: var(
        --vscode-button-secondaryBorder,
        var(--vscode-contrastBorder, var(--vscode-button-border, transparent))
      );
    }
    vscode-button[appearance='icon']::part(control) {
      min-height: 0;
    }
    vscode-button[appearance='icon']:hover {
      background: var(--vscode-toolbar-hoverBackground, transparent);
      outline: 1px dashed var(--vscode-toolbar-hoverOutline, transparent);
    }
    vscode-button[aria-pressed='true'],
    vscode-button[aria-pressed='true']:hover {
      background: var(--vscode-inputOption-activeBackground, transparent);
      color: var(--vscode-inputOption-activeForeground, inherit);
      outline: 1px solid var(--vscode-inputOption-activeBorder, transparent);
      outline-offset: -1px;
    }
  `;

  @property() icon: IconName | '' = '';
  @property() kind: ButtonKind = 'secondary';
  /** What the button does, where it shows an icon only. */
  @property() label = '';
  @property({ type: Boolean }) disabled = false;
  /** For a button that opens a menu. */
  @property({ type: Boolean }) popup = false;
  /** For a button that switches something on and off. */
  @property({ attribute: false }) pressed: boolean | null = null;

  protected override render() {
    const isIcon = this.kind === 'icon';
    return html`<vscode-button
      appearance=${this.kind}
      aria-label=${this.label || nothing}
      aria-haspopup=${this.popup ? 'menu' : nothing}
      aria-pressed=${this.pressed === null ? nothing : String(this.pressed)}
      title=${isIcon ? this.label : nothing}
      ?disabled=${this.disabled}
      >${this.icon ? html`<lw-icon slot=${isIcon ? nothing : 'start'} name=${this.icon}></lw-icon>` : nothing}<slot
      ></slot
    ></vscode-button>`;
  }

  /** The toolkit hands the name on to its own button, but not whether it is pressed. */
  protected override updated(): void {
    const control = this.renderRoot.querySelector('vscode-button')?.shadowRoot?.querySelector('.control');
    if (this.pressed === null) control?.removeAttribute('aria-pressed');
    else control?.setAttribute('aria-pressed', String(this.pressed));
  }
}

/** `<lw-filter label="Filter metrics" .value=…>`: tells of each change with an `lw-filter` event. */
@customElement('lw-filter')
export class Filter extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = css`
    :host {
      display: inline-block;
      min-width: 0;
    }
    vscode-text-field {
      width: 100%;
    }
    vscode-text-field::part(root) {
      border-color: var(--vscode-input-border, transparent);
      border-radius: 4px;
    }
    vscode-text-field:focus-within::part(root) {
      border-color: var(--vscode-focusBorder);
    }
  `;

  @property() label = '';
  @property() value = '';

  protected override render() {
    return html`<vscode-text-field
      type="text"
      placeholder=${this.label}
      .value=${this.value}
      @input=${this.onInput}
      @keydown=${this.onKey}
    ></vscode-text-field>`;
  }

  /** The toolkit names every field without a visible label "Text field" as it is connected. */
  protected override updated(): void {
    this.renderRoot.querySelector('vscode-text-field')?.setAttribute('aria-label', this.label);
  }

  private readonly onInput = (event: Event) => {
    this.set((event.target as HTMLInputElement).value);
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || this.value === '') return;
    event.preventDefault();
    this.set('');
  };

  private set(value: string): void {
    this.value = value;
    this.dispatchEvent(new FilterEvent(value));
  }
}

export class FilterEvent extends Event {
  static readonly type = 'lw-filter';
  constructor(readonly value: string) {
    super(FilterEvent.type, { bubbles: true, composed: true });
  }
}

/** The system's wish, or VS Code's own setting. */
const wantsStill = (): boolean =>
  matchMedia('(prefers-reduced-motion: reduce)').matches || document.body.classList.contains('vscode-reduce-motion');

/** The toolkit's ring turns whatever one wishes: then an icon stands in for it. */
export function progressRing(label: string) {
  if (wantsStill()) return html`<lw-icon name="loading"></lw-icon>`;
  return html`<vscode-progress-ring aria-label=${label}></vscode-progress-ring>`;
}
