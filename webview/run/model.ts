/** What the page knows of its run: asked for once, and again whenever the extension says that something changed. */
import { type MetricSummary } from '../../src/protocol/entities';
import { RUN_PAGE_LIMIT, type RunPageModel } from '../../src/protocol/pages/run';
import { PageModel } from '../pageModel';
import { causeOf, type RunHost } from './api';

const REFRESH_INTERVAL_MS = 250;

interface MetricPage {
  readonly token: string | undefined;
  metrics: readonly MetricSummary[];
  next: string | null;
}

export class RunModel extends PageModel {
  page: RunPageModel | null = null;
  isLoadingMore = false;
  moreProblem: string | null = null;

  private extraPages: MetricPage[] = [];

  constructor(
    private readonly host: RunHost,
    onChange: () => void,
    /** Asked only for metrics on the screen, as the later pages of a live run are many. */
    private readonly isOnScreen: (key: string) => boolean,
  ) {
    super(host, onChange, REFRESH_INTERVAL_MS);
  }

  /** Every metric that has been loaded, in the extension's order, each once. */
  get metrics(): readonly MetricSummary[] {
    const first = this.page?.metrics ?? [];
    if (this.extraPages.length === 0) return first;
    const byKey = new Map(first.map((metric) => [metric.key, metric]));
    for (const { metrics } of this.extraPages) {
      for (const metric of metrics) if (!byKey.has(metric.key)) byKey.set(metric.key, metric);
    }
    return [...byKey.values()];
  }

  get hasMoreMetrics(): boolean {
    const last = this.extraPages.at(-1);
    if (last) return last.next !== null;
    return (this.page?.metrics.length ?? 0) < (this.page?.totals.metrics ?? 0);
  }

  /** Loads pages until at least `count` metrics are there or no more exist. */
  async loadMetrics(count: number): Promise<void> {
    if (this.isLoadingMore) return;
    this.isLoadingMore = true;
    this.moreProblem = null;
    this.onChange();
    try {
      while (this.hasMoreMetrics && this.metrics.length < count) {
        const token = this.extraPages.at(-1)?.next ?? undefined;
        this.extraPages.push(await this.metricPage(token));
        this.onChange();
      }
    } catch (error) {
      this.moreProblem = causeOf(error);
    }
    this.isLoadingMore = false;
    this.onChange();
  }

  protected override async read(): Promise<void> {
    const page = await this.host.request('load', {});
    await this.refreshExtraPages();
    this.page = page;
  }

  private async refreshExtraPages(): Promise<void> {
    for (const [index, page] of this.extraPages.entries()) {
      if (!page.metrics.some((metric) => this.isOnScreen(metric.key))) continue;
      this.extraPages[index] = await this.metricPage(page.token);
    }
  }

  private async metricPage(token: string | undefined): Promise<MetricPage> {
    const reply = await this.host.request('moreMetrics', token === undefined ? {} : { pageToken: token });
    return { token, metrics: reply.metrics, next: reply.metrics.length === 0 ? null : reply.nextPageToken };
  }
}

export const METRICS_AT_A_TIME = RUN_PAGE_LIMIT;
