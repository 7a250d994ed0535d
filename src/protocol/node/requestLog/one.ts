/** One request of a log, looked for around the time at which it was answered, with its label. */
import { blocksOf } from './blocks';
import type { Label } from './form';
import { type LoggedRequest, requestsOf } from './rows';
import { segmentsIn } from './segments';

export interface WantedRequest {
  readonly id: string;
  readonly timeMs: number;
  readonly tookMs: number;
}

export interface FoundRequest {
  /** Null where it is not there. */
  readonly request: LoggedRequest | null;
  /** Whether as much was read as there is: else it, or its label, may stand behind. */
  readonly isSure: boolean;
}

/** Times of files are a little behind those of the clock. */
const FILE_TIME_MS = 1000;
/** A disk that is slower than requests come holds them up. */
const LATE_MS = 60_000;

export interface Bounds {
  /** So much of the log is read, and for about so long. */
  readonly mostBytes: number;
  readonly mostMs: number;
  readonly signal: AbortSignal;
}

/** @throws what the signal was aborted with */
export async function requestOf(
  folder: string,
  wanted: WantedRequest,
  { mostBytes, mostMs, signal }: Bounds,
): Promise<FoundRequest> {
  const { id, timeMs, tookMs } = wanted;
  let request: LoggedRequest | null = null;
  let label: Label | null = null;
  let readBytes = 0;
  const untilMs = performance.now() + mostMs;
  const told = (isSure: boolean): FoundRequest => ({ request: request && { ...request, label }, isSure });
  for (const segment of segmentsIn(folder).filter(({ changedMs }) => changedMs >= timeMs - FILE_TIME_MS))
    for await (const { head, data, sizeBytes } of blocksOf(segment)) {
      signal.throwIfAborted();
      if (head.kind === 'labels') {
        // The last one counts.
        for (const one of head.labels) if (one.id === id && one.timeMs >= (label?.timeMs ?? -Infinity)) label = one;
      } else if (request === null) {
        const at = head.ids.findIndex((one, place) => one === id && head.timesMs[place] === timeMs);
        if (at !== -1) request = nth(requestsOf(head, data), at);
        else if (Math.min(...head.timesMs) > timeMs + tookMs + LATE_MS) return told(true);
      }
      readBytes += sizeBytes;
      if (readBytes > mostBytes || performance.now() > untilMs) return told(false);
    }
  return told(true);
}

/** They are read one after the other. */
function nth<T>(all: Iterable<T>, at: number): T | null {
  let place = 0;
  for (const one of all) if (place++ === at) return one;
  return null;
}
