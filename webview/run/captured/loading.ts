/** Fetching what a section shows once it is unfolded, and again when the run has more of it. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import '../../ui/controls';
import '../../ui/states';
import { causeOf } from '../api';
import { Refresher } from '../../ui/refresher';

/** A run that goes on changes all the time; its sections follow at this pace. */
const INTERVAL_MS = 1000;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Something that is fetched whole. */
export class Loaded<T> {
  value: T | null = null;
  problem: string | null = null;
  private stamp: string | null = null;
  private readonly refresher = new Refresher(() => this.load(), INTERVAL_MS);

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly fetch: () => Promise<T>,
  ) {}

  /** @param stamp fetched again when this is another than before */
  want(stamp: string): void {
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.refresher.ask();
  }

  readonly retry = (): void => {
    this.problem = null;
    this.host.requestUpdate();
    this.refresher.ask();
  };

  private async load(): Promise<void> {
    try {
      this.value = await this.fetch();
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
    this.host.requestUpdate();
  }
}

/** A list that is fetched a page at a time. */
export class Paged<Item> {
  items: readonly Item[] = [];
  next: string | null = null;
  hasLoaded = false;
  isLoadingMore = false;
  problem: string | null = null;
  private stamp: string | null = null;
  private turn = 0;
  private readonly refresher = new Refresher(() => this.refresh(), INTERVAL_MS);

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly fetch: (pageToken: string | undefined) => Promise<Page<Item>>,
  ) {}

  want(stamp: string): void {
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.refresher.ask();
  }

  /** Another list altogether: sorted otherwise. */
  async restart(): Promise<void> {
    await this.read(0);
  }

  readonly more = (): void => void this.loadMore();

  readonly retry = (): void => {
    this.problem = null;
    this.host.requestUpdate();
    if (this.hasLoaded && this.next !== null) void this.loadMore();
    else this.refresher.ask();
  };

  private refresh(): Promise<void> {
    return this.read(this.items.length);
  }

  /** Reads from the front until as many are there as before. */
  private async read(least: number): Promise<void> {
    const turn = ++this.turn;
    const items: Item[] = [];
    let next: string | null = null;
    try {
      do {
        const page: Page<Item> = await this.fetch(next ?? undefined);
        if (turn !== this.turn) return;
        items.push(...page.items);
        next = page.items.length === 0 ? null : page.next;
      } while (next !== null && items.length < least);
      this.items = items;
      this.next = next;
      this.hasLoaded = true;
      this.problem = null;
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = causeOf(error);
    }
    this.host.requestUpdate();
  }

  private async loadMore(): Promise<void> {
    if (this.isLoadingMore || this.next === null) return;
    this.isLoadingMore = true;
    this.host.requestUpdate();
    const turn = this.turn;
    try {
      const page = await this.fetch(this.next);
      if (turn === this.turn) {
        this.items = [...this.items, ...page.items];
        this.next = page.items.length === 0 ? null : page.next;
        this.problem = null;
      }
    } catch (error) {
      this.problem = causeOf(error);
    }
    this.isLoadingMore = false;
    this.host.requestUpdate();
  }
}

/** What stands in the place of something that is not there yet. */
export function waiting(
  { problem, retry }: { readonly problem: string | null; readonly retry: () => void },
  what: string,
): TemplateResult {
  if (problem === null) return html`<lw-loading></lw-loading>`;
  return html`<lw-failed quiet what=${what} .cause=${problem}><lw-button @click=${retry}>Retry</lw-button></lw-failed>`;
}

/** The end of a list: more of it, or why there is no more. */
export function moreOf(list: Paged<unknown>, label: string): TemplateResult | typeof nothing {
  if (list.problem !== null) return waiting(list, 'The rest could not be read.');
  if (list.next === null) return nothing;
  return html`<div class="bar">
    <lw-button ?disabled=${list.isLoadingMore} @click=${list.more}>${label}</lw-button>
    ${list.isLoadingMore ? html`<lw-loading></lw-loading>` : nothing}
  </div>`;
}
