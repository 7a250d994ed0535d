/** `<lw-cell-picture .files=… path=…>`: a picture that a cell showed, fetched when it comes near the screen. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../ui/controls';
import '../ui/states';
import { linkButton } from '../ui/styles';
import { LoadsWhenNear } from '../ui/visibility';
import { causeOf } from '../run/api';
import { type CellFiles } from './files';

/** An image and nothing that could be a document with a life of its own. */
const PICTURE = /^data:image\/[\w.+-]+[;,]/;

@customElement('lw-cell-picture')
export class CellPicture extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
        min-height: 24px;
      }
      :host([waiting]) {
        min-height: 240px;
      }
      button.picture {
        appearance: none;
        display: inline-block;
        max-width: 100%;
        padding: 4px;
        margin: 0;
        border: 1px solid transparent;
        border-radius: 4px;
        /* Most pictures in notebooks are drawn for a light page. */
        background: none;
        cursor: pointer;
      }
      button.picture:hover {
        border-color: var(--vscode-widget-border, var(--vscode-panel-border));
      }
      button.picture:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
      }
      img {
        display: block;
        max-width: 100%;
        max-height: 480px;
        object-fit: contain;
      }
      .quiet {
        margin: 4px 0;
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) files!: CellFiles;
  @property() path = '';
  /** A picture that stands in the record itself; nothing is fetched then. */
  @property() url = '';
  @property() alternative = '';
  @property({ type: Boolean, reflect: true }) waiting = true;
  @state() private shown: string | null = null;
  @state() private isNone = false;
  @state() private problem: string | null = null;

  private readonly nearness = new LoadsWhenNear(this, () => void this.load());
  private fetched: string | null = null;

  protected override updated(changed: PropertyValues<this>): void {
    if ((changed.has('path') || changed.has('url')) && this.nearness.isNear) void this.load();
  }

  protected override render() {
    if (this.problem !== null) {
      return html`<lw-failed quiet what="The picture could not be read." .cause=${this.problem}
        ><lw-button @click=${this.retry}>Retry</lw-button></lw-failed
      >`;
    }
    if (this.isNone) {
      const open = () => this.files.open(this.path);
      return html`<p class="quiet">
        This picture can’t be shown
        here${this.path === '' ? '.' : html`: <button class="link" type="button" @click=${open}>open it</button>.`}
      </p>`;
    }
    if (this.shown === null) return html`<lw-loading></lw-loading>`;
    const image = html`<img src=${this.shown} alt=${this.alternative || 'Picture'} @error=${this.onBroken} />`;
    if (this.path === '') return image;
    return html`<button
      class="picture"
      type="button"
      title=${this.alternative || nothing}
      aria-label="Open picture${this.alternative ? `: ${this.alternative}` : ''}"
      @click=${() => this.files.open(this.path)}
    >
      ${image}
    </button>`;
  }

  private async load(): Promise<void> {
    const wanted = this.url || this.path;
    if (wanted === this.fetched) return;
    this.fetched = wanted;
    try {
      const url = this.url || (await this.files.picture(this.path));
      this.isNone = url === null || !PICTURE.test(url);
      this.shown = this.isNone ? null : url;
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
    this.waiting = false;
  }

  private readonly retry = () => {
    this.fetched = null;
    this.problem = null;
    void this.load();
  };

  private readonly onBroken = () => {
    this.isNone = true;
  };
}
