/** What an endpoint has to do, told from its own metrics: looked at when somebody asks, and compared with what was seen before. */
import type { EndpointFile } from '../../protocol/endpoints';

/** Over so much rates are taken. */
const WINDOW_MS = 10_000;
/** Several windows that look at once are one look. */
const TOO_SOON_MS = 400;

export interface Bucket {
  readonly upTo: number;
  /** Of all that were no more. */
  readonly count: number;
}

export interface Counted {
  readonly isReady: boolean;
  readonly isUnloaded: boolean;
  readonly crashes: number;
  readonly requests: number;
  readonly failures: number;
  /** Of durations, in ms. */
  readonly buckets: readonly Bucket[];
  readonly pending: number | null;
  /** Of the process that runs the model; null where its system does not tell. */
  readonly memoryBytes: number | null;
  /** Runs of the model, and the rows of all of them. */
  readonly executions: number;
  readonly rows: number;
  /** Of rows in one run. */
  readonly batches: readonly Bucket[];
}

export interface Rates {
  readonly requestsPerSecond: number | null;
  readonly p95Ms: number | null;
}

/** Of Prometheus' text. Pure. @returns null for one that is not of an endpoint of ours */
export function countedIn(text: string): Counted | null {
  const values = new Map<string, number>();
  const buckets: Bucket[] = [];
  const batches: Bucket[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', number = ''] = /^(\w+){(.*)} (\S+)$/.exec(line) ?? [];
    const value = Number(number);
    if (name === '' || !Number.isFinite(value)) continue;
    const le = /,le="([^"]+)"$/.exec(labels)?.[1];
    const upTo = le === '+Inf' ? Infinity : Number(le);
    if (le === undefined) values.set(name, value);
    else if (name === 'loopwright_request_duration_seconds_bucket') buckets.push({ upTo: upTo * 1000, count: value });
    else if (name === 'loopwright_batch_rows_bucket') batches.push({ upTo, count: value });
  }
  const ready = values.get('loopwright_model_ready');
  if (ready === undefined) return null;
  const counted = (name: string): number => values.get(name) ?? 0;
  const failures = counted('nv_inference_request_failure');
  return {
    isReady: ready === 1,
    isUnloaded: counted('loopwright_model_unloaded') === 1,
    crashes: counted('loopwright_model_crashes'),
    requests: counted('nv_inference_request_success') + failures,
    failures,
    buckets,
    pending: values.get('nv_inference_pending_request_count') ?? null,
    memoryBytes: values.get('loopwright_model_memory_bytes') ?? null,
    executions: counted('nv_inference_exec_count'),
    rows: counted('nv_inference_count'),
    batches,
  };
}

/**
 * Below which the part `q` of what happened between two looks lies, evenly spread within a bucket (as Prometheus'
 * `histogram_quantile` has it). Pure.
 *
 * @returns null where nothing happened
 */
export function quantileBetween(before: readonly Bucket[], after: readonly Bucket[], q: number): number | null {
  const counts = after.map(({ upTo, count }, index) => ({ upTo, count: count - (before[index]?.count ?? 0) }));
  const total = counts.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const at = counts.findIndex(({ count }) => count >= rank);
  const found = counts[at];
  if (!found) return null;
  const below = counts[at - 1] ?? { upTo: 0, count: 0 };
  if (!Number.isFinite(found.upTo)) return below.upTo;
  const part = (rank - below.count) / Math.max(1, found.count - below.count);
  return below.upTo + part * (found.upTo - below.upTo);
}

interface Look {
  readonly atMs: number;
  readonly counted: Counted;
}

export class Loads {
  private readonly looks = new Map<string, Look[]>();

  /** Takes in what was just counted. */
  rates(endpoint: EndpointFile, counted: Counted, nowMs: number): Rates {
    const key = keyOf(endpoint);
    const looks = this.looks.get(key)?.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS) ?? [];
    const last = looks.at(-1);
    const [first] = looks;
    if (!last || nowMs - last.atMs >= TOO_SOON_MS) looks.push({ atMs: nowMs, counted });
    this.looks.set(key, looks);
    if (!first || nowMs - first.atMs < TOO_SOON_MS) return { requestsPerSecond: null, p95Ms: null };
    const { atMs, counted: before } = first;
    return {
      requestsPerSecond: ((counted.requests - before.requests) * 1000) / (nowMs - atMs),
      p95Ms: quantileBetween(before.buckets, counted.buckets, 0.95),
    };
  }

  /** Forgets those that are not there any more. */
  keep(endpoints: readonly EndpointFile[]): void {
    const kept = new Set(endpoints.map(keyOf));
    for (const key of this.looks.keys()) if (!kept.has(key)) this.looks.delete(key);
  }
}

export const keyOf = ({ name, process: { pid, start } }: EndpointFile): string => `${name}:${String(pid)}:${start}`;
