/** Reading a log of requests in a stream: one block at a time is in memory, and the labels. */
import { blocksOf } from './blocks';
import type { Label } from './form';
import { type LoggedRequest, requestsOf } from './rows';
import { type Segment, segmentsIn } from './segments';

export interface Wanted {
  /** Left out: from the first that is there. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Requests in the order in which they were written, each with its label where one has come. Labels that come meanwhile may be missing. */
export async function* requestsIn(folder: string, wanted: Wanted = {}): AsyncGenerator<LoggedRequest> {
  const segments = segmentsIn(folder).filter(({ changedMs }) => changedMs >= (wanted.fromMs ?? 0));
  const labels = await labelsIn(segments);
  for (const segment of segments)
    for await (const { head, data } of blocksOf(segment))
      if (head.kind === 'requests')
        for (const one of requestsOf(head, data))
          if (one.timeMs >= (wanted.fromMs ?? 0) && one.timeMs <= (wanted.toMs ?? Infinity))
            yield { ...one, label: labels.get(one.id) ?? null };
}

/** Segment by segment, the newest first; those of each in the order in which they were written, with their labels. */
export async function* requestsBackwards(folder: string, wanted: Wanted = {}): AsyncGenerator<LoggedRequest[]> {
  const { fromMs = 0, toMs = Infinity } = wanted;
  const labels = new Map<string, Label>();
  for (const segment of segmentsIn(folder).toReversed()) {
    if (segment.changedMs < fromMs) return;
    const own: LoggedRequest[] = [];
    for await (const { head, data } of blocksOf(segment)) {
      if (head.kind === 'labels') for (const label of head.labels) keep(labels, label);
      else for (const one of requestsOf(head, data)) if (one.timeMs >= fromMs && one.timeMs <= toMs) own.push(one);
    }
    yield own.map((one) => ({ ...one, label: labels.get(one.id) ?? null }));
  }
}

/** The newest, the newest first. */
export async function lastRequests(folder: string, limit: number): Promise<LoggedRequest[]> {
  const segments = segmentsIn(folder);
  const found: LoggedRequest[] = [];
  const labels = new Map<string, Label>();
  for (let at = segments.length - 1; at >= 0 && found.length < limit; at--) {
    const segment = segments[at];
    if (!segment) break;
    let own: LoggedRequest[] = [];
    for await (const { head, data } of blocksOf(segment)) {
      if (head.kind === 'labels') for (const label of head.labels) keep(labels, label);
      // Blocks beside each other overlap in time: a few more than are asked for are enough to put them in order.
      else own = [...own, ...requestsOf(head, data)].slice(-limit - MAX_OVERLAP);
    }
    found.unshift(...own);
  }
  return found
    .toSorted((left, right) => right.timeMs - left.timeMs)
    .slice(0, limit)
    .map((one) => ({ ...one, label: labels.get(one.id) ?? null }));
}
const MAX_OVERLAP = 4096;

async function labelsIn(segments: readonly Segment[]): Promise<Map<string, Label>> {
  const labels = new Map<string, Label>();
  for (const segment of segments)
    for await (const { head } of blocksOf(segment))
      if (head.kind === 'labels') for (const label of head.labels) keep(labels, label);
  return labels;
}

/** The last one counts. */
function keep(labels: Map<string, Label>, label: Label): void {
  if ((labels.get(label.id)?.timeMs ?? -Infinity) <= label.timeMs) labels.set(label.id, label);
}
