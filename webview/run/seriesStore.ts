/**
 * The points of the metrics that are on the screen. They are asked for when they come into view, when the zoom or the
 * axis changes and, while they are in view, when more was logged. What several charts need is asked for once.
 */
import { type MetricSeries } from '../../src/protocol/entities';
import { POINTS_PER_CHART, pointsPerLine, type SeriesSpec, type Wanted } from '../../src/protocol/pages/chartPlan';
import { causeOf } from './api';

export { pointsPerLine, type SeriesSpec, type Wanted };

const MAX_PARALLEL = 4;
/** Series out of view whose points are kept for coming back. */
const MAX_KEPT = 300;

export const wholeOf = (key: string): SeriesSpec => ({
  key,
  axis: { by: 'step' },
  maxPoints: POINTS_PER_CHART,
  smoothing: 0,
});

export interface SeriesState {
  readonly series: MetricSeries | null;
  readonly problem: string | null;
  readonly isLoading: boolean;
}

export type Fetch = (spec: SeriesSpec) => Promise<MetricSeries>;

interface Entry {
  readonly spec: SeriesSpec;
  state: SeriesState;
  /** What `state` was fetched for, to know whether it is out of date. */
  fetchedCount: number;
  count: number;
  readonly owners: Map<object, () => void>;
  isQueued: boolean;
}

const NOTHING: SeriesState = { series: null, problem: null, isLoading: false };

const idOf = ({ runId, key, axis, from, to, maxPoints, smoothing }: SeriesSpec) =>
  JSON.stringify([runId, key, axis, from, to, maxPoints, smoothing]);

export class SeriesStore {
  private readonly entries = new Map<string, Entry>();
  private readonly queue: Entry[] = [];
  private active = 0;

  constructor(private readonly fetch: Fetch) {}

  state(spec: SeriesSpec): SeriesState {
    return this.entries.get(idOf(spec))?.state ?? NOTHING;
  }

  /** Whether a metric of the page's own run is on the screen. */
  isWatched(key: string): boolean {
    for (const { spec, owners } of this.entries.values())
      if (owners.size > 0 && spec.key === key && spec.runId === undefined) return true;
    return false;
  }

  /** What a chart shows from now on; `listener` hears when there is something else to show. */
  watch(owner: object, wanted: readonly Wanted[], listener: () => void): void {
    const entries = wanted.map(({ spec, count }) => {
      const entry = this.entries.get(idOf(spec)) ?? this.add(spec);
      entry.count = count;
      return entry;
    });
    this.leave(owner, new Set(entries));
    for (const entry of entries) {
      entry.owners.set(owner, listener);
      if (entry.count !== entry.fetchedCount && entry.state.problem === null) this.enqueue(entry);
    }
  }

  /** The chart went out of view or away. */
  unwatch(owner: object): void {
    this.leave(owner, new Set());
  }

  retry(spec: SeriesSpec): void {
    const entry = this.entries.get(idOf(spec));
    if (!entry) return;
    this.show(entry, { ...entry.state, problem: null });
    this.enqueue(entry);
  }

  private leave(owner: object, except: ReadonlySet<Entry>): void {
    for (const [id, entry] of [...this.entries]) {
      if (except.has(entry) || !entry.owners.delete(owner)) continue;
      // The last that was seen is the last to be forgotten.
      this.entries.delete(id);
      this.entries.set(id, entry);
    }
    for (const [id, entry] of this.entries) {
      if (this.entries.size <= MAX_KEPT) break;
      if (entry.owners.size === 0) this.entries.delete(id);
    }
  }

  private add(spec: SeriesSpec): Entry {
    const entry: Entry = { spec, state: NOTHING, fetchedCount: -1, count: 0, owners: new Map(), isQueued: false };
    this.entries.set(idOf(spec), entry);
    return entry;
  }

  private enqueue(entry: Entry): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    this.queue.push(entry);
    this.show(entry, { ...entry.state, isLoading: true });
    this.next();
  }

  private next(): void {
    while (this.active < MAX_PARALLEL) {
      const entry = this.queue.shift();
      if (!entry) return;
      this.active++;
      void this.load(entry).finally(() => {
        this.active--;
        this.next();
      });
    }
  }

  private async load(entry: Entry): Promise<void> {
    const { count, spec } = entry;
    if (entry.owners.size === 0) {
      entry.isQueued = false;
      this.show(entry, { ...entry.state, isLoading: false });
      return;
    }
    try {
      const series = await this.fetch(spec);
      entry.fetchedCount = count;
      entry.isQueued = false;
      this.show(entry, { series, problem: null, isLoading: false });
      if (entry.count !== entry.fetchedCount) this.enqueue(entry);
    } catch (error) {
      entry.isQueued = false;
      this.show(entry, { ...entry.state, problem: causeOf(error), isLoading: false });
    }
  }

  private show(entry: Entry, state: SeriesState): void {
    entry.state = state;
    for (const listener of entry.owners.values()) listener();
  }
}
