/** What endpoints did in the last minutes, look by look, while somebody looks. */
import type { EndpointFile } from '../../protocol/endpoints';
import type { LoadSample } from '../../protocol/pages/endpoint';
import { type Bucket, type Counted, keyOf, quantileBetween } from './load';

const KEPT_MS = 10 * 60_000;
/** Several windows, or a page and the view, that look at once are one look. */
const TOO_SOON_MS = 900;
/** What happened in a longer time is no moment of a chart. */
const GAP_MS = 10_000;

interface Look {
  readonly key: string;
  readonly atMs: number;
  readonly counted: Counted;
}

interface Kept {
  last: Look;
  readonly samples: LoadSample[];
}

export class Histories {
  private readonly kept = new Map<string, Kept>();

  /** Takes in what was just counted. */
  add(endpoint: EndpointFile, counted: Counted, nowMs: number): void {
    const { name } = endpoint;
    const look = { key: keyOf(endpoint), atMs: nowMs, counted };
    const known = this.kept.get(name);
    if (!known) {
      this.kept.set(name, { last: look, samples: [] });
      return;
    }
    if (nowMs - known.last.atMs < TOO_SOON_MS && known.last.key === look.key) return;
    known.samples.push(sampleOf(known.last, look));
    known.last = look;
    const oldest = known.samples.findIndex(({ atMs }) => nowMs - atMs <= KEPT_MS);
    if (oldest > 0) known.samples.splice(0, oldest);
  }

  /** Those after a moment, of the last minutes. */
  since(name: string, sinceMs: number, nowMs: number): LoadSample[] {
    const from = Math.max(sinceMs, nowMs - KEPT_MS);
    return (this.kept.get(name)?.samples ?? []).filter(({ atMs }) => atMs > from);
  }

  /** Forgets what nobody has looked at for long. */
  tidy(nowMs: number): void {
    for (const [name, { last }] of this.kept) if (nowMs - last.atMs > KEPT_MS) this.kept.delete(name);
  }
}

/** Pure. */
export function sampleOf(before: Look, { key, atMs, counted }: Look): LoadSample {
  const tookMs = atMs - before.atMs;
  const isFirst = key !== before.key || tookMs > GAP_MS;
  const now = { atMs, isFirst, pending: counted.pending, memoryBytes: counted.memoryBytes };
  if (isFirst)
    return {
      ...now,
      ...{ requestsPerSecond: null, errorsPerSecond: null, p50Ms: null, p95Ms: null, p99Ms: null },
      ...{ batchRows: null, batchP95: null },
    };
  const { requests, failures, executions, rows, buckets, batches } = before.counted;
  const perSecond = (count: number): number => (count * 1000) / tookMs;
  const quantile = (q: number) => rounded(quantileBetween(buckets, counted.buckets, q));
  const runs = counted.executions - executions;
  return {
    ...now,
    requestsPerSecond: rounded(perSecond(counted.requests - requests)),
    errorsPerSecond: rounded(perSecond(counted.failures - failures)),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    batchRows: runs > 0 ? rounded((counted.rows - rows) / runs) : null,
    batchP95: bound(batches, counted.batches, 0.95),
  };
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(4)));

/** The bound of the bucket, as rows are whole. Null where nothing happened; of what is beyond all bounds, the last. */
function bound(before: readonly Bucket[], after: readonly Bucket[], q: number): number | null {
  const counts = after.map(({ upTo, count }, at) => ({ upTo, count: count - (before[at]?.count ?? 0) }));
  const total = counts.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const found = counts.find(({ count }) => count >= q * total);
  return found && Number.isFinite(found.upTo) ? found.upTo : (counts.at(-2)?.upTo ?? null);
}
