/** `<lw-output>`: what a run printed, as a terminal would show it, following the end as long as one does not look back. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../../ui/controls';
import '../../ui/states';
import { scrollable } from '../../ui/styles';
import { onThemeChange } from '../../ui/themeChange';
import { causeOf, type RunHost } from '../api';
import { Refresher } from '../refresher';
import { formatSize } from '../words';
import { ansiStyles } from './ansiStyles';
import { OutputFeed } from './feed';
import { LineBlocks } from './lineBlocks';
import { applyPalette } from './palette';

const POLL_INTERVAL_MS = 500;
/** What a running script prints is not worth a notice of its own: it is looked for. */
const LOOK_INTERVAL_MS = 1000;
/** So near to the end counts as being there. */
const END_PIXELS = 12;

@customElement('lw-output')
export class Output extends LitElement {
  static override readonly styles = [
    scrollable,
    ansiStyles,
    css`
      :host {
        display: block;
        position: relative;
      }
      .scroll {
        max-height: min(60vh, 480px);
        min-height: 2em;
        box-sizing: border-box;
        padding: 6px 10px;
        border: 1px solid var(--vscode-widget-border, transparent);
        border-radius: 4px;
        background: var(--vscode-terminal-background, var(--vscode-panel-background));
        color: var(--vscode-terminal-foreground, var(--vscode-foreground));
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--vscode-editor-font-size, 12px);
        line-height: 1.35;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        tab-size: 8;
        overscroll-behavior: auto;
      }
      .block {
        content-visibility: auto;
        contain-intrinsic-block-size: auto 1600px;
      }
      .block:last-child {
        content-visibility: visible;
      }
      .quiet {
        margin: 0 0 4px;
        color: var(--vscode-descriptionForeground);
      }
      .follow {
        position: absolute;
        inset-inline-end: 20px;
        bottom: 8px;
        background: var(--vscode-editorWidget-background);
        border-radius: 5px;
      }
    `,
  ];

  @property({ attribute: false }) host!: RunHost;
  /** Counts the changes of the run: each may mean more output. */
  @property({ attribute: false }) version = 0;
  @property({ type: Boolean }) live = false;

  @state() private problem: string | null = null;
  @state() private isLoaded = false;
  @state() private isFollowing = true;
  @query('.scroll') private readonly scroller!: HTMLElement | null;

  private feed: OutputFeed | null = null;
  private blocks: LineBlocks | null = null;
  private stopTheme: (() => void) | null = null;
  private looking: ReturnType<typeof setInterval> | undefined;
  private readonly refresher = new Refresher(() => this.poll(), POLL_INTERVAL_MS);

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => {
      if (this.live && this.problem === null && !document.hidden) this.refresher.ask();
    }, LOOK_INTERVAL_MS);
    this.stopTheme = onThemeChange(() => {
      if (this.scroller) applyPalette(this.scroller);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
    this.stopTheme?.();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('version') && this.problem === null) this.refresher.ask();
  }

  protected override render() {
    const { feed } = this;
    return html`
      ${
        this.problem === null
          ? nothing
          : html`<lw-failed what="The output could not be read." .cause=${this.problem}
              ><lw-button @click=${this.retry}>Retry</lw-button></lw-failed
            >`
      }
      ${this.isLoaded || this.problem !== null ? nothing : html`<lw-loading label="Loading output…"></lw-loading>`}
      ${
        feed && this.isLoaded && (feed.isCut || feed.terminal.firstLine > 0)
          ? html`<p class="quiet">The end of ${formatSize(feed.sizeBytes)} of output.</p>`
          : nothing
      }
      ${this.isLoaded && feed?.sizeBytes === 0 ? html`<p class="quiet">Nothing was printed.</p>` : nothing}
      <div
        class="scroll"
        tabindex="0"
        role="region"
        aria-label="Output"
        ?hidden=${!this.isLoaded || feed?.sizeBytes === 0}
        @scroll=${this.onScroll}
      ></div>
      ${
        this.isFollowing || !this.isLoaded
          ? nothing
          : html`<lw-button
              class="follow"
              kind="icon"
              icon="arrow-down"
              label="Scroll to End"
              @click=${this.follow}
            ></lw-button>`
      }
    `;
  }

  private async poll(): Promise<void> {
    if (!this.isConnected) return;
    this.feed ??= new OutputFeed(this.host);
    try {
      const hasChanged = await this.feed.poll();
      this.problem = null;
      this.isLoaded = true;
      this.requestUpdate();
      await this.updateComplete;
      if (hasChanged && this.scroller) this.show(this.scroller, this.feed);
      if (this.feed.isBehind) this.refresher.ask();
    } catch (error) {
      this.problem = causeOf(error);
    }
  }

  private show(scroller: HTMLElement, feed: OutputFeed): void {
    if (this.blocks?.terminal !== feed.terminal) {
      scroller.replaceChildren();
      this.blocks = new LineBlocks(scroller, feed.terminal, applyPalette(scroller));
    }
    this.blocks.update();
    if (this.isFollowing) scroller.scrollTop = scroller.scrollHeight;
  }

  private readonly onScroll = () => {
    const box = this.scroller;
    if (box) this.isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < END_PIXELS;
  };

  private readonly follow = () => {
    this.isFollowing = true;
    if (this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
  };

  private readonly retry = () => {
    this.problem = null;
    this.refresher.ask();
  };
}
