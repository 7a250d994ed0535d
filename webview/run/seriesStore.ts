/**
 * The points of the metrics that are on the screen. A metric is asked for when it comes into view, when its zoom
 * changes and, while it is in view, when more was logged.
 */
import { type MetricSeries } from '../../src/protocol/entities';
import { type Range } from '../charts/frame';
import { causeOf } from './api';

/** About one for each pixel of a chart in the grid: more would only blacken it. */
export const POINTS_PER_CHART = 300;
const MAX_PARALLEL = 4;
/** Metrics out of view whose points are kept for coming back. */
const MAX_KEPT = 300;

export interface SeriesState {
  readonly series: MetricSeries | null;
  readonly problem: string | null;
  readonly isLoading: boolean;
}

export type Fetch = (key: string, range: Range | null) => Promise<MetricSeries>;

interface Entry {
  state: SeriesState;
  /** What `state` was fetched for, to know whether it is out of date. */
  fetchedCount: number;
  fetchedRange: Range | null;
  count: number;
  range: Range | null;
  listener: (() => void) | null;
  isQueued: boolean;
}

const NOTHING: SeriesState = { series: null, problem: null, isLoading: false };

export class SeriesStore {
  private readonly entries = new Map<string, Entry>();
  private readonly queue: Entry[] = [];
  private readonly keys = new WeakMap<Entry, string>();
  private active = 0;

  constructor(private readonly fetch: Fetch) {}

  state(key: string): SeriesState {
    return this.entries.get(key)?.state ?? NOTHING;
  }

  isWatched(key: string): boolean {
    return (this.entries.get(key)?.listener ?? null) !== null;
  }

  /** A chart of this metric is in view; `listener` hears when there is something else to show. */
  watch(key: string, count: number, range: Range | null, listener: () => void): void {
    const entry = this.entries.get(key) ?? this.add(key);
    entry.listener = listener;
    entry.count = count;
    entry.range = range;
    if (isOutOfDate(entry) && entry.state.problem === null) this.enqueue(entry);
  }

  /** The chart went out of view or away. */
  unwatch(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.listener = null;
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const [oldKey, old] of this.entries) {
      if (this.entries.size <= MAX_KEPT) break;
      if (!old.listener) this.entries.delete(oldKey);
    }
  }

  retry(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.show(entry, { ...entry.state, problem: null });
    this.enqueue(entry);
  }

  private add(key: string): Entry {
    const entry: Entry = {
      state: NOTHING,
      fetchedCount: -1,
      fetchedRange: null,
      count: 0,
      range: null,
      listener: null,
      isQueued: false,
    };
    this.entries.set(key, entry);
    this.keys.set(entry, key);
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
    const key = this.keys.get(entry) ?? '';
    const { count, range } = entry;
    if (!entry.listener) {
      entry.isQueued = false;
      this.show(entry, { ...entry.state, isLoading: false });
      return;
    }
    try {
      const series = await this.fetch(key, range);
      entry.fetchedCount = count;
      entry.fetchedRange = range;
      entry.isQueued = false;
      this.show(entry, { series, problem: null, isLoading: false });
      if (isOutOfDate(entry)) this.enqueue(entry);
    } catch (error) {
      entry.isQueued = false;
      this.show(entry, { ...entry.state, problem: causeOf(error), isLoading: false });
    }
  }

  private show(entry: Entry, state: SeriesState): void {
    entry.state = state;
    entry.listener?.();
  }
}

function isOutOfDate(entry: Entry): boolean {
  return (
    entry.count !== entry.fetchedCount ||
    entry.range?.from !== entry.fetchedRange?.from ||
    entry.range?.to !== entry.fetchedRange?.to
  );
}
