/** `<lw-figure>`: a picture of a run, fetched when it comes near the visible part of the page. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Artifact } from '../../src/protocol/entities';
import '../ui/controls';
import '../ui/states';
import { LoadsWhenNear } from '../ui/visibility';
import { causeOf, type RunHost } from './api';

/** An image and nothing that could be a document with a life of its own. */
const PICTURE = /^data:image\/[\w.+-]+[;,]/;

type Picture =
  | { readonly state: 'waiting' }
  | { readonly state: 'shown'; readonly url: string }
  | { readonly state: 'none' }
  | { readonly state: 'failed'; readonly cause: string };

@customElement('lw-figure')
export class Figure extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    figure {
      margin: 0;
    }
    button {
      appearance: none;
      display: flex;
      align-items: center;
      justify-content: center;
      width: 100%;
      height: 240px;
      padding: 4px;
      background: var(--vscode-editorWidget-background);
      border: 1px solid var(--vscode-widget-border, transparent);
      border-radius: 4px;
      font: inherit;
      color: var(--vscode-descriptionForeground);
      cursor: pointer;
    }
    button:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
    }
    img {
      max-width: 100%;
      max-height: 100%;
      object-fit: contain;
    }
    figcaption {
      padding-top: 4px;
      color: var(--vscode-descriptionForeground);
      overflow-wrap: anywhere;
      unicode-bidi: plaintext;
      text-align: left;
    }
  `;

  @property({ attribute: false }) artifact!: Artifact;
  @property({ attribute: false }) host!: RunHost;
  /** Below the picture, instead of its path. */
  @property() caption = '';
  @state() private picture: Picture = { state: 'waiting' };

  private readonly nearness = new LoadsWhenNear(this, () => void this.load());
  /** What `picture` was fetched for: a figure that is saved again under its name is another one. */
  private fetched = '';

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('artifact') && this.nearness.isNear) void this.load();
  }

  protected override render() {
    const { path } = this.artifact;
    if (this.picture.state === 'failed') {
      return html`<lw-failed quiet what="${path} could not be read." .cause=${this.picture.cause}
        ><lw-button @click=${this.retry}>Retry</lw-button></lw-failed
      >`;
    }
    return html`<figure>
      <button type="button" title="Open ${path}" @click=${() => this.host.command('openArtifact', { path })}>
        ${this.renderPicture()}
      </button>
      <figcaption>${this.caption || path}</figcaption>
    </figure>`;
  }

  private renderPicture() {
    switch (this.picture.state) {
      case 'waiting':
        return html`<lw-loading label="Loading…"></lw-loading>`;
      case 'shown':
        return html`<img src=${this.picture.url} alt=${this.artifact.path} @error=${this.onBroken} />`;
      case 'none':
        return html`<span>Not shown here: too large or no picture. Choose to open it.</span>`;
      case 'failed':
        return nothing;
    }
  }

  private async load(): Promise<void> {
    const { path, sizeBytes } = this.artifact;
    const wanted = `${String(sizeBytes)} ${path}`;
    if (wanted === this.fetched) return;
    this.fetched = wanted;
    try {
      const { dataUrl } = await this.host.request('figure', { path });
      // Another one is wanted by now: its own answer comes.
      if (wanted !== this.fetched) return;
      this.picture = dataUrl !== null && PICTURE.test(dataUrl) ? { state: 'shown', url: dataUrl } : { state: 'none' };
    } catch (error) {
      if (wanted !== this.fetched) return;
      this.picture = { state: 'failed', cause: causeOf(error) };
    }
  }

  private readonly retry = () => {
    this.fetched = '';
    this.picture = { state: 'waiting' };
    void this.load();
  };

  private readonly onBroken = () => {
    this.picture = { state: 'none' };
  };
}
