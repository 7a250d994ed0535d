/** `<lw-output>`: what a run printed, as a terminal would show it, following the end as long as one does not look back. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../../ui/controls';
import { type FilterEvent } from '../../ui/controls';
import '../../ui/states';
import { scrollable } from '../../ui/styles';
import { onThemeChange } from '../../ui/themeChange';
import { causeOf, type RunHost } from '../api';
import { type StateKeeper } from '../pageState';
import { Refresher } from '../../ui/refresher';
import { formatSize } from '../words';
import { ansiStyles } from './ansiStyles';
import { type Around, readAround } from './around';
import { OutputFeed } from './feed';
import { OutputFinder } from './finder';
import { LineBlocks } from './lineBlocks';
import { clearMarks, lineText, markHits } from './marks';
import { applyPalette } from './palette';
import { type Terminal } from './terminal';

const POLL_INTERVAL_MS = 500;
/** What a running script prints is not worth a notice of its own: it is looked for. */
const LOOK_INTERVAL_MS = 1000;
/** So near to the end counts as being there. */
const END_PIXELS = 12;
const SEARCH_DELAY_MS = 200;

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
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 6px;
        margin-bottom: 6px;
      }
      lw-filter {
        flex: 0 1 280px;
      }
      .count {
        min-width: 7em;
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
      }
      ::highlight(lw-output-hit) {
        background-color: var(--vscode-editor-findMatchHighlightBackground, transparent);
        text-decoration: underline;
      }
      ::highlight(lw-output-current) {
        background-color: var(--vscode-editor-findMatchBackground, var(--vscode-editor-selectionBackground));
        color: var(--vscode-editor-findMatchForeground, var(--vscode-terminal-foreground, var(--vscode-foreground)));
        text-decoration: underline double;
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
  @property({ attribute: false }) kept!: StateKeeper;

  @state() private problem: string | null = null;
  @state() private isLoaded = false;
  @state() private isFollowing = true;
  @query('.scroll') private readonly scroller!: HTMLElement | null;

  /** What is shown around a hit, instead of the end. */
  @state() private around: Around | null = null;
  private finder: OutputFinder | null = null;
  private searchTimer: ReturnType<typeof setTimeout> | undefined;
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
    clearTimeout(this.searchTimer);
    clearMarks();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('version') && this.problem === null) this.refresher.ask();
  }

  protected override render() {
    const { feed } = this;
    return html`
      ${this.isLoaded && feed && feed.sizeBytes > 0 ? this.renderSearch() : nothing}
      ${
        this.problem === null
          ? nothing
          : html`<lw-failed what="The output could not be read." .cause=${this.problem}
              ><lw-button @click=${this.retry}>Retry</lw-button></lw-failed
            >`
      }
      ${this.isLoaded || this.problem !== null ? nothing : html`<lw-loading label="Loading output…"></lw-loading>`}
      ${
        feed && this.isLoaded && this.around === null && (feed.isCut || feed.terminal.firstLine > 0)
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
        (this.isFollowing && this.around === null) || !this.isLoaded
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

  private renderSearch() {
    const { outputSearch: text, outputMatchCase: matchCase } = this.kept.current;
    const { finder } = this;
    return html`<div class="bar" @keydown=${this.onSearchKey}>
      <lw-filter label="Search all output" .value=${text} @lw-filter=${this.onSearch}></lw-filter>
      <lw-button
        kind="icon"
        icon="case-sensitive"
        label="Match Case"
        .pressed=${matchCase}
        @click=${() => this.setSearch({ outputMatchCase: !matchCase })}
      ></lw-button>
      <lw-button kind="icon" icon="arrow-up" label="Previous Match" @click=${() => void this.step(-1)}></lw-button>
      <lw-button kind="icon" icon="arrow-down" label="Next Match" @click=${() => void this.step(1)}></lw-button>
      <span class="count" role="status">${text === '' ? '' : (finder?.words() ?? '')}</span>
      <lw-button kind="icon" icon="copy" label="Copy Shown Output" @click=${this.copy}></lw-button>
    </div>`;
  }

  private readonly onSearch = (event: FilterEvent) => {
    event.stopPropagation();
    this.setSearch({ outputSearch: event.value });
  };

  private setSearch(change: { outputSearch?: string; outputMatchCase?: boolean }): void {
    this.kept.change(change);
    this.requestUpdate();
    clearTimeout(this.searchTimer);
    // Not for every letter: each search reads all of the output.
    this.searchTimer = setTimeout(() => this.find(), SEARCH_DELAY_MS);
    if (this.kept.current.outputSearch === '') this.leaveHit();
  }

  private find(): void {
    const { outputSearch, outputMatchCase } = this.kept.current;
    this.finder ??= new OutputFinder(this.host, () => this.requestUpdate());
    void this.finder.search(outputSearch, outputMatchCase);
  }

  private readonly onSearchKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'F3') return;
    if (event.key === 'Enter' && !(event.target instanceof HTMLElement && event.target.matches('lw-filter'))) return;
    event.preventDefault();
    void this.step(event.shiftKey ? -1 : 1);
  };

  private async step(way: 1 | -1): Promise<void> {
    const { outputSearch: text, outputMatchCase: matchCase } = this.kept.current;
    if (text === '') return;
    // A search that was kept over a reload, or that is older than the output, is made now.
    const isOld =
      this.finder !== null && !this.finder.isSearching && this.finder.sizeBytes < (this.feed?.sizeBytes ?? 0);
    if (!this.finder || isOld) {
      const { current } = this.finder ?? { current: -1 };
      this.finder ??= new OutputFinder(this.host, () => this.requestUpdate());
      await this.finder.search(text, matchCase);
      this.finder.current = current;
    }
    const hit = this.finder.step(way);
    if (!hit) return;
    try {
      const around = await readAround(this.host, hit);
      if (this.finder.hit !== hit) return;
      this.around = around;
      await this.updateComplete;
      if (!this.scroller) return;
      this.isFollowing = false;
      const blocks = this.blocksOf(this.scroller, around.terminal);
      const range = markHits(blocks, around.terminal, { text, matchCase, line: around.line, nth: hit.nth });
      scrollTo(this.scroller, range);
    } catch (error) {
      this.problem = causeOf(error);
    }
  }

  /** Back to the end of the output. */
  private leaveHit(): void {
    clearMarks();
    if (this.around === null) return;
    this.around = null;
    this.isFollowing = true;
    if (this.scroller && this.feed) this.show(this.scroller, this.feed);
  }

  private blocksOf(scroller: HTMLElement, terminal: Terminal): LineBlocks {
    if (this.blocks?.terminal !== terminal) {
      scroller.replaceChildren();
      terminal.changeAll();
      this.blocks = new LineBlocks(scroller, terminal, applyPalette(scroller));
    }
    this.blocks.update();
    return this.blocks;
  }

  private readonly copy = () => {
    const terminal = this.around?.terminal ?? this.feed?.terminal;
    if (!terminal) return;
    const lines: string[] = [];
    for (let line = terminal.firstLine; line < terminal.endLine; line++) lines.push(lineText(terminal, line));
    this.host.command('copy', { text: lines.join('\n') });
  };

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
    // Around a hit nothing moves away under the reader.
    if (this.around !== null) return;
    this.blocksOf(scroller, feed.terminal);
    if (this.isFollowing) scroller.scrollTop = scroller.scrollHeight;
  }

  private readonly onScroll = () => {
    const box = this.scroller;
    if (box && this.around === null)
      this.isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < END_PIXELS;
  };

  private readonly follow = () => {
    this.leaveHit();
    this.isFollowing = true;
    if (this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
  };

  private readonly retry = () => {
    this.problem = null;
    this.refresher.ask();
  };
}

/** To the middle of the box, which alone scrolls: the page stays where it is. */
function scrollTo(scroller: HTMLElement, range: Range | null): void {
  if (!range) return;
  // Blocks out of sight have their height only once they have been laid out: the second time it is exact.
  for (let time = 0; time < 2; time++) {
    const box = range.getBoundingClientRect();
    scroller.scrollTop += box.top - scroller.getBoundingClientRect().top - scroller.clientHeight / 2;
  }
}
