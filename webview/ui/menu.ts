/**
 * `<lw-menu label="More Actions" icon="ellipsis" .items=…>`: a button with a menu, by pointer and by keys as VS Code's
 * own. Says with a `MenuEvent` what was chosen.
 */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import './controls';
import './icon';
import { type IconName } from './icons';
import { type MenuItem } from './menuItem';

export class MenuEvent extends Event {
  static readonly type = 'lw-menu';
  constructor(readonly id: string) {
    super(MenuEvent.type);
  }
}

const GAP_PIXELS = 2;

@customElement('lw-menu')
export class Menu extends LitElement {
  static override readonly shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };
  static override readonly styles = css`
    :host {
      display: inline-block;
      flex: none;
    }
    [role='menu'] {
      position: fixed;
      inset: auto;
      margin: 0;
      padding: 4px;
      min-width: 160px;
      max-width: min(360px, calc(100vw - 16px));
      max-height: calc(100vh - 16px);
      overflow-y: auto;
      box-sizing: border-box;
      font-size: 13px;
      font-weight: 400;
      color: var(--vscode-menu-foreground);
      background: var(--vscode-menu-background);
      border: 1px solid var(--vscode-menu-border, var(--vscode-contrastBorder, transparent));
      border-radius: 5px;
      box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
    }
    button {
      appearance: none;
      display: grid;
      grid-template-columns: 16px minmax(0, 1fr);
      align-items: center;
      gap: 6px;
      width: 100%;
      min-height: 24px;
      padding: 2px 16px 2px 6px;
      margin: 0;
      border: 0;
      border-radius: 3px;
      background: none;
      font: inherit;
      color: inherit;
      text-align: start;
      overflow-wrap: anywhere;
      cursor: pointer;
    }
    button:hover:not(:disabled),
    button:focus-visible {
      color: var(--vscode-menu-selectionForeground);
      background: var(--vscode-menu-selectionBackground);
      outline: 1px solid var(--vscode-menu-selectionBorder, transparent);
      outline-offset: -1px;
    }
    button:disabled {
      color: var(--vscode-disabledForeground);
      cursor: default;
    }
    hr {
      margin: 4px 0;
      border: 0;
      border-top: 1px solid var(--vscode-menu-separatorBackground, var(--vscode-panel-border));
    }
  `;

  @property() label = '';
  @property() icon: IconName = 'ellipsis';
  /** Beside the icon, or instead of it. */
  @property() text = '';
  @property({ attribute: false }) items: readonly MenuItem[] = [];

  /** The items are made when they are to be seen: a page has hundreds of menus. */
  @state() private isOpen = false;

  @query('[role=menu]') private readonly list!: HTMLElement;
  @query('lw-button') private readonly opener!: HTMLElement;

  protected override render() {
    return html`
      <lw-button
        kind=${this.text === '' ? 'icon' : 'secondary'}
        icon=${this.text === '' ? this.icon : ''}
        label=${this.label}
        popup
        @click=${this.toggle}
        @keydown=${this.onOpenerKey}
        >${this.text === '' ? nothing : html`${this.text}<lw-icon name="chevron-down"></lw-icon>`}</lw-button
      >
      <div role="menu" aria-label=${this.label} popover="auto" @keydown=${this.onKey} @toggle=${this.onToggle}>
        ${(this.isOpen ? this.items : []).map(
          (item) =>
            html`${item.isFirstOfGroup ? html`<hr role="separator" />` : nothing}<button
                type="button"
                tabindex="-1"
                role=${item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
                aria-checked=${item.checked === undefined ? nothing : String(item.checked)}
                ?disabled=${item.disabled ?? false}
                @click=${() => this.choose(item)}
              >
                ${item.checked ? html`<lw-icon name="check"></lw-icon>` : html`<span></span>`}<span>${item.label}</span>
              </button>`,
        )}
      </div>
    `;
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  }

  private readonly toggle = () => {
    if (this.list.matches(':popover-open')) this.list.hidePopover();
    else void this.open();
  };

  private async open(): Promise<void> {
    this.isOpen = true;
    await this.updateComplete;
    this.list.showPopover();
    const at = this.opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.list;
    const below = at.bottom + GAP_PIXELS;
    const top = below + height <= window.innerHeight - 8 ? below : Math.max(8, at.top - height - GAP_PIXELS);
    this.list.style.setProperty('top', `${String(top)}px`);
    this.list.style.setProperty('left', `${String(Math.max(8, Math.min(at.left, window.innerWidth - width - 8)))}px`);
    this.buttons[0]?.focus();
  }

  private choose({ id }: MenuItem): void {
    this.list.hidePopover();
    this.dispatchEvent(new MenuEvent(id));
  }

  private readonly onToggle = (event: ToggleEvent) => {
    if (event.newState === 'closed') this.isOpen = false;
  };

  private readonly onOpenerKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    void this.open();
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const { buttons } = this;
    const at = buttons.findIndex((button) => button.matches(':focus'));
    const next = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: (at - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (next === undefined) {
      if (event.key === 'Tab') this.list.hidePopover();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    buttons[next]?.focus();
  };
}
